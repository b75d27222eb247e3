// The words of the gallery and of one picture.

export default {
  en: {
    search: 'Search prompts', 'gallery.none': 'No pictures yet.', 'gallery.notFound': 'No pictures match.',
    'gallery.fresh': '{count, plural, one {# new picture} other {# new pictures}}',
    picture: 'Picture', close: 'Close', newer: 'Newer picture', older: 'Older picture',
    'picture.reuse': 'Use these settings', 'picture.reuse.hint': 'Puts prompt, seed and all else back into the form', 'picture.copy': 'Copy parameters',
    'picture.copied': 'Parameters copied.', 'picture.download': 'Download', 'picture.delete': 'Delete', 'picture.deleted': 'Picture deleted.',
    'picture.gone': 'This picture has been deleted.', undo: 'Undo', 'picture.made': 'Made',
  },
  zh: {
    search: '搜索提示词', 'gallery.none': '还没有图片。', 'gallery.notFound': '没有找到匹配的图片。',
    'gallery.fresh': '{count} 张新图片',
    picture: '图片', close: '关闭', newer: '较新的图片', older: '较早的图片',
    'picture.reuse': '使用这些参数', 'picture.reuse.hint': '把提示词、种子等全部放回表单', 'picture.copy': '复制参数',
    'picture.copied': '参数已复制。', 'picture.download': '下载', 'picture.delete': '删除', 'picture.deleted': '图片已删除。',
    'picture.gone': '这张图片已不存在。', undo: '撤销', 'picture.made': '生成时间',
  },
}
