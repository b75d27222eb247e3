// The words of every view.

export default {
  en: {
    skip: 'Skip to content', nav: 'Views', 'nav.create': 'Create', 'nav.gallery': 'Gallery', 'nav.devices': 'Devices', 'nav.settings': 'Settings',
    language: 'Language', theme: 'Theme', 'theme.auto': 'Auto', 'theme.light': 'Light', 'theme.dark': 'Dark',
    offline: 'The server does not answer. Check that easel serve is running.',
    'connection.lost': 'The connection is lost. Trying again; no job is lost.',
    'ready.ready': '{model}', 'ready.loading': 'Loading {model}…', 'ready.failed': 'No model: {reason}',
  },
  zh: {
    skip: '跳到内容', nav: '主导航', 'nav.create': '创作', 'nav.gallery': '图库', 'nav.devices': '设备', 'nav.settings': '设置',
    language: '语言', theme: '主题', 'theme.auto': '自动', 'theme.light': '浅色', 'theme.dark': '深色',
    offline: '服务器没有响应。请确认 easel serve 正在运行。',
    'connection.lost': '连接已断开，正在重试；任务不会丢失。',
    'ready.ready': '{model}', 'ready.loading': '正在加载 {model}……', 'ready.failed': '没有模型：{reason}',
  },
}
