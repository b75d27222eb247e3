// The words about jobs, as they are drawn and when they are over.

export default {
  en: {
    watch: 'Jobs', latest: 'Latest pictures', 'latest.none': 'Nothing drawn yet. Describe a picture and press Generate.',
    'job.next': 'Next in the queue', 'job.queued': '{count, plural, one {# job} other {# jobs}} before this one',
    'job.waiting': 'In the queue', 'job.started': 'Starting', 'job.attempt': 'Starting again, attempt {n}',
    'job.compiling': 'Compiling the {component} for {device} ({reason}): {shape}', 'job.encoding': 'Reading the prompt',
    'job.step': 'Step {n} of {of}', 'job.speed': '{seconds} s/step', 'job.left': '{time} left', 'job.decoding': 'Decoding picture {n} of {of}',
    'job.done': 'Done', 'job.failed': 'Failed: {error}', 'job.cancelling': 'Cancelling', 'job.dismiss': 'Dismiss',
    'job.progress': 'Progress of “{prompt}”', 'job.cancel': 'Cancel “{prompt}”', 'job.noPrompt': 'no prompt', 'job.pictures': '{width}×{height}, {count, plural, one {# picture} other {# pictures}}',
    'title.step': '{percent} · {stage}', 'title.waiting': 'Waiting', 'title.compiling': 'Compiling', 'title.done': '✓ Done', 'title.failed': '✗ Failed',
    'component.text_encoder': 'text encoder', 'component.unet': 'UNet', 'component.vae': 'VAE',
    'reason.first use': 'first use', 'reason.new size': 'new size', 'reason.new batch size': 'new batch size', 'reason.longer prompt': 'longer prompt',
    'reason.no longer in memory': 'no longer in memory', 'reason.preparation': 'preparation', 'reason.precision trial': 'precision trial',
    'reason.batch trial': 'batch trial', 'reason.reference': 'reference', 'reason.repair': 'repair', 'reason.reload': 'reload',
  },
  zh: {
    watch: '任务', latest: '最近的图片', 'latest.none': '还没有图片。输入提示词，然后点击“生成”。',
    'job.next': '排在下一个', 'job.queued': '前面还有 {count} 个任务',
    'job.waiting': '排队中', 'job.started': '正在开始', 'job.attempt': '正在第 {n} 次尝试',
    'job.compiling': '正在编译 {component}（{device}，{shape}）：{reason}', 'job.encoding': '正在编码提示词',
    'job.step': '采样 {n}/{of}', 'job.speed': '{seconds} 秒/步', 'job.left': '剩余 {time}', 'job.decoding': 'VAE 解码 {n}/{of}',
    'job.done': '完成', 'job.failed': '失败：{error}', 'job.cancelling': '正在中止', 'job.dismiss': '关闭',
    'job.progress': '“{prompt}”的进度', 'job.cancel': '中止“{prompt}”', 'job.noPrompt': '无提示词', 'job.pictures': '{width}×{height}，{count} 张',
    'title.step': '{percent} · {stage}', 'title.waiting': '等待中', 'title.compiling': '编译中', 'title.done': '✓ 完成', 'title.failed': '✗ 失败',
    'component.text_encoder': '文本编码器', 'component.unet': 'UNet', 'component.vae': 'VAE',
    'reason.first use': '首次使用', 'reason.new size': '新尺寸', 'reason.new batch size': '新的单批数量', 'reason.longer prompt': '更长的提示词',
    'reason.no longer in memory': '已移出内存', 'reason.preparation': '预先准备', 'reason.precision trial': '精度测试',
    'reason.batch trial': '单批数量测试', 'reason.reference': '参考', 'reason.repair': '修复', 'reason.reload': '重新加载',
  },
}
