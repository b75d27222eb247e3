// Every word of the page, in every language, and how figures are written. What the server says of errors is shown as it is.

import { notifier } from './dom.js'

export const strings = {
  en: {
    skip: 'Skip to content', nav: 'Views', 'nav.create': 'Create', 'nav.gallery': 'Gallery', 'nav.devices': 'Devices', 'nav.settings': 'Settings',
    language: 'Language', theme: 'Theme', 'theme.auto': 'Auto', 'theme.light': 'Light', 'theme.dark': 'Dark',
    offline: 'The server does not answer. Check that easel serve is running.',
    'connection.lost': 'The connection is lost. Trying again; no job is lost.',
    'ready.ready': '{model}', 'ready.loading': 'Loading {model} …', 'ready.failed': 'No model: {reason}',

    prompt: 'Prompt', 'prompt.placeholder': 'What to draw: a (red:1.2) apple', negative: 'Negative prompt', 'negative.placeholder': 'What not to draw',
    tokens: 'How the prompt is read', 'tokens.negative': 'How the negative prompt is read',
    'tokens.count': '{count}/{capacity} tokens', 'tokens.chunks': '{count}/{capacity} tokens in {chunks} chunks', 'tokens.chunk': 'chunk {n}',
    styles: 'Styles', generate: 'Generate', cancel: 'Cancel', model: 'Model', accuracy: 'Precision',
    'suits.use': 'Use what suits this model', 'suits.text': '{name}, it seems: {settings}',
    'accuracy.hint': 'Auto: the fastest within the error bound. Accuracy: f32 throughout. Performance: what the device thinks fastest.',
    'accuracy.auto': 'Auto', 'accuracy.accuracy': 'Accuracy', 'accuracy.performance': 'Performance', 'accuracy.default': 'Device’s default', 'accuracy.changed': 'Precision {mode} holds from the next picture on.',
    size: 'Size', 'size.square': 'Square', 'size.portrait': 'Portrait', 'size.landscape': 'Landscape', 'size.small': 'Small', 'size.large': 'Large', 'size.other': 'Other',
    width: 'Width', height: 'Height', swap: 'Swap width and height', steps: 'Steps', sampler: 'Sampler', schedule: 'Schedule',
    cfg: 'Guidance', 'cfg.hint': 'CFG scale: how strongly the prompt is followed; 1 leaves out the negative prompt and takes half the time',
    seed: 'Seed', 'seed.random': 'Random seed', 'seed.reuse': 'Seed of the latest picture',
    noise: 'Noise', 'noise.hint': 'Whose random numbers a seed stands for', 'noise.torch': 'CPU (torch): SD.Next, diffusers', 'noise.philox': 'GPU (philox): A1111',
    batch: 'Batch', 'batch.hint': 'Pictures that are drawn together', runs: 'Runs', 'runs.hint': 'Batches, one after another',
    clipSkip: 'Clip skip', 'clipSkip.hint': 'Which of the text encoder’s layers is used; 1: the last',
    counting: 'Schedules', 'counting.hint': 'What 5 in [cat:dog:5] counts', 'counting.auto': 'as set on the server',
    tiling: 'Tiling', 'tiling.hint': 'Edges that fit together without a seam', 'tiling.none': 'off', 'tiling.both': 'all edges', 'tiling.x': 'left and right', 'tiling.y': 'top and bottom',
    sizes: 'Sizes that the model is told', originalSize: 'Original size', 'originalSize.hint': 'The picture is to look scaled from this size, as 1024x768; empty: its own',
    targetSize: 'Target size', 'targetSize.hint': 'The picture is to look made for this size, as 1024x768; empty: its own',
    crop: 'Crop', 'crop.hint': 'The picture is to look cropped by so many rows and columns, as 0,128',
    clipSkipRule: 'Clip skip counts', 'clipSkipRule.hint': 'How clip skip counts for this kind of model', 'clipSkipRule.none': 'not at all',
    'counting.sdnext': 'steps from 1: SD.Next', 'counting.a1111': 'evaluations from 0: A1111',
    sampling: 'Sampler, noise and guidance', subseed: 'Variation seed', 'subseed.hint': 'Another seed, towards which the noise is turned; empty: any',
    subseed_strength: 'Variation', 'subseed_strength.hint': '0: none, 1: the variation seed alone', seed_resize_from: 'Seed of size', 'seed_resize_from.hint': 'The size of another picture whose composition the seed is to give',
    eta: 'Eta', 'eta.hint': 'Share of fresh noise in samplers that add some, 0 to 1; empty: the sampler\'s own', s_churn: 'Churn', 's_churn.hint': 'Noise that Euler, Heun and DPM2 add before each step',
    s_tmin: 'Least churn level', 's_tmin.hint': 'Least noise level with churn', s_tmax: 'Greatest churn level', 's_tmax.hint': 'Greatest noise level with churn; 0: no limit',
    s_noise: 'Noise factor', 's_noise.hint': 'Factor of the noise that is added on the way', eta_noise_seed_delta: 'ENSD', 'eta_noise_seed_delta.hint': 'Added to the seed for noise after the first; many A1111 users have 31337',
    solver_order: 'Order', 'solver_order.hint': 'Of LMS, UniPC and DPM++ 3M; empty: the sampler\'s own', uni_pc_variant: 'UniPC variant', 'uni_pc_variant.own': 'The sampler\'s own', 'uni_pc_variant.bh1': 'bh1', 'uni_pc_variant.bh2': 'bh2',
    uni_pc_lower_order_final: 'Lower order at the end', rho: 'Rho', 'rho.hint': 'Exponent of the schedules Karras and Polyexponential; 0: their own', sigma_min: 'Least noise', 'sigma_min.hint': 'Of the schedule; 0: the model\'s own',
    sigma_max: 'Most noise', 'sigma_max.hint': 'Of the schedule; 0: the model\'s own', zero_terminal_snr: 'Zero terminal SNR', 'zero_terminal_snr.hint': 'For models that were trained so and do not say it', always_discard_next_to_last_sigma: 'Discard penultimate level', beta_dist_alpha: 'Beta schedule: alpha', beta_dist_beta: 'Beta schedule: beta',
    guidance_rescale: 'CFG rescale', 'guidance_rescale.hint': 'Against burnt pictures, above all of models with zero terminal SNR; 0.7 is usual', cfg_start: 'Guidance starts', 'cfg_start.hint': 'Share of the way before guidance begins',
    cfg_end: 'Guidance ends', 'cfg_end.hint': 'Share of the way after which guidance ends', skip_early_cond: 'Skip early CFG', 'skip_early_cond.hint': 'Share of the way that leaves out the negative prompt at first',
    s_min_uncond: 'NGMS', 's_min_uncond.hint': 'Below this noise level every other step leaves out the negative prompt', s_min_uncond_all: 'NGMS in all steps',
    grading: 'Colour grading', correction: 'Latent correction',
    grading_brightness: 'Brightness', grading_contrast: 'Contrast', grading_saturation: 'Saturation', grading_hue: 'Hue',
    'grading_hue.hint': 'Turns all hues, in half circles', grading_gamma: 'Gamma', 'grading_gamma.hint': 'Below 1 brightens', grading_sharpness: 'Sharpness',
    grading_color_temp: 'Temperature', 'grading_color_temp.hint': 'In kelvins: below 6500 is warmer, above is cooler',
    grading_shadows: 'Shadows', grading_midtones: 'Midtones', grading_highlights: 'Highlights',
    grading_clahe_clip: 'Equalizing', 'grading_clahe_clip.hint': 'How much local contrast may be raised (CLAHE); 0: off, 1 to 4 are usual',
    grading_clahe_grid: 'Equalizing grid', 'grading_clahe_grid.hint': 'Fields that equalizing divides each side into',
    grading_shadows_tint: 'Tint of shadows', grading_highlights_tint: 'Tint of highlights',
    grading_split_tone_balance: 'Balance of tints', 'grading_split_tone_balance.hint': '0: shadows only, 1: highlights only',
    grading_vignette: 'Vignette', 'grading_vignette.hint': 'Darkens the corners', grading_grain: 'Grain', 'grading_grain.hint': 'Noise as of film; the seed draws it',
    hdr_mode: 'Mean', 'hdr_mode.hint': 'Whether brightness and colour keep the latents’ own mean', 'hdr_mode.relative': 'stays', 'hdr_mode.absolute': 'is taken away',
    hdr_brightness: 'Brightness', hdr_color: 'Colour centring', 'hdr_color.hint': 'Moves channels of colour towards a mean of 0', hdr_sharpen: 'Sharpness',
    hdr_clamp: 'Clamp', 'hdr_clamp.hint': 'Presses large values of the first steps', hdr_boundary: 'Clamp at', hdr_threshold: 'Clamp above',
    'hdr_threshold.hint': 'The share of “Clamp at” from which on values are pressed',
    hdr_maximize: 'Maximize', 'hdr_maximize.hint': 'Centres and scales the latents of the last steps', hdr_max_center: 'Centring', hdr_max_boundary: 'Range',
    hdr_color_picker: 'Tint', hdr_tint_ratio: 'Strength of tint',
    'drop.hint': 'Drop a picture anywhere, or paste its parameters into the prompt, to have its settings here.',
    'drop.here': 'Drop the picture: its parameters fill the form', 'drop.done': 'The form has this picture’s parameters.',
    'drop.none': '{name} holds no parameters.', 'drop.other': '{name} is no picture. Use a PNG, JPEG or WebP file.',
    'fill.model': 'The picture was made with {model}, which is not here.',
    'fill.hash': 'The picture was made with another file than {model}: its hash is {hash}.', 'fill.others': 'Not taken over: {names}.',

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

    search: 'Search prompts', 'gallery.none': 'No pictures yet.', 'gallery.notFound': 'No picture has these words in its prompt.',
    'gallery.fresh': '{count, plural, one {# new picture} other {# new pictures}}',
    picture: 'Picture', close: 'Close', newer: 'Newer picture', older: 'Older picture',
    'picture.reuse': 'Use these settings', 'picture.reuse.hint': 'Puts prompt, seed and all else back into the form', 'picture.copy': 'Copy parameters',
    'picture.copied': 'Parameters copied.', 'picture.download': 'Download', 'picture.delete': 'Delete', 'picture.deleted': 'Picture deleted.',
    'picture.gone': 'There is no such picture any more.', undo: 'Undo', 'picture.made': 'Made',

    check: 'Check now', 'check.running': 'Comparing with CPU f32 …', 'check.drawing': 'Drawing the same picture on both …', reload: 'Reload model', 'reload.running': 'Compiling anew …', 'reload.done': 'The model is compiled anew.',
    clearCache: 'Clear compiled', 'clearCache.done': '{count, plural, one {# compiled network} other {# compiled networks}} dropped.',
    where: 'Where the model runs', component: 'Component', device: 'Device', precision: 'Precision', error: 'Error against CPU f32', bound: 'Bound', speed: 'Speed', checked: 'Checked', notice: 'Notice',
    'speed.ratio': '{ratio}× CPU f32', 'checked.ago': '{time} ago', 'checked.never': 'not yet',
    measured: 'What auto measured', time: 'Time of a call', chosen: 'Choice', 'chosen.yes': '✓ taken', refused: 'refused',
    compiled: 'What is compiled', shape: 'Shape', reason: 'Why', seconds: 'Took', hits: 'Used', drop: 'Drop', 'drop.one': 'Drop the {component} for {shape}',
    'compiled.none': 'Nothing is compiled yet.', 'compiled.disk': 'On disk: {bytes}', 'compiled.cached': '{seconds}, from disk',
    checks: 'Fidelity checks', 'checks.none': 'No checks yet.', 'chart.label': '{component}: {count, plural, one {# check} other {# checks}}, latest {error}, bound {bound}',
    'chart.bound': 'bound {bound}', events: 'What happened', 'events.none': 'Nothing so far.', when: 'When', finding: 'Finding', response: 'Response',
    'finding.baseline': 'first check', 'finding.within_bounds': 'within bounds', 'finding.recovered': 'recovered', 'finding.non_finite': 'not finite',
    'finding.over_bound': 'over the bound', 'finding.over_baseline': 'worse than before', 'finding.failed': 'failed',
    'response.none': '–', 'response.recompile': 'compiled anew', 'response.accuracy': 'moved to f32', 'response.cpu': 'moved to the CPU', 'response.give_up': 'nothing helps',
    devicesHere: 'Devices here', name: 'Name', modes: 'Precision by mode', 'compare.reference': 'CPU f32', 'compare.drawn': 'As it is drawn here', 'compare.difference': 'Difference, ×{factor}',
    'compare.equal': 'The pictures are equal, bit for bit.', 'compare.distance': '{psnr} dB, SSIM {ssim}',

    'settings.apply': 'Apply', 'settings.keep': 'Also for the next start', 'settings.done': 'Settings changed.', 'settings.same': 'Nothing has changed.',
    'settings.default': 'Default: {value}', 'settings.nothing': 'none', 'settings.source.file': 'from the settings file', 'settings.source.environment': 'from the environment',
    'settings.source.flag': 'from the command line', 'settings.source.change': 'changed here', 'settings.source.default': '', 'settings.others': 'Everything else', 'choice.true': 'Yes', 'choice.false': 'No',
    'settings.group.devices': 'Devices and precision', 'settings.group.drawing': 'Drawing', 'settings.group.care': 'Fidelity checks', 'settings.group.gallery': 'Gallery',
    'setting.openvino_devices': 'Devices', 'setting.openvino_devices.meaning': 'In the order in which they are tried, such as GPU, CPU. Empty: the best single one.',
    'setting.openvino_accuracy': 'Precision', 'setting.openvino_accuracy.meaning': 'How exactly to compute. auto: the fastest that stays within the error bound, measured once.',
    'setting.auto_error_bound': 'Error bound of auto', 'setting.auto_error_bound.meaning': 'Largest error of a step that auto accepts, relative to CPU f32.',
    'setting.clip_skip': 'Clip skip', 'setting.clip_skip.meaning': 'When a request does not say; 1: the text encoder’s last layer.',
    'setting.emphasis': 'Emphasis', 'setting.emphasis.meaning': 'What weights in prompts do.',
    'setting.schedule_counting': 'Schedules', 'setting.schedule_counting.meaning': 'What 5 in [cat:dog:5] counts when a request does not say; empty: as A1111 in its API, else as SD.Next.',
    'setting.preview_steps': 'Preview every … steps', 'setting.preview_steps.meaning': '0: no previews.',
    'setting.queue_batch_size': 'Jobs drawn together', 'setting.queue_batch_size.meaning': 'At most, where that is faster on the device.',
    'setting.fidelity_check_pictures': 'Check every … pictures', 'setting.fidelity_check_pictures.meaning': 'Pictures between two comparisons with CPU f32; 0: off.',
    'setting.fidelity_check_hours': 'Check every … hours', 'setting.fidelity_check_hours.meaning': 'Hours between two comparisons with CPU f32; 0: off.',
    'setting.fidelity_last_rung': 'How far to go', 'setting.fidelity_last_rung.meaning': 'What may be done with a component outside its bound: compile anew, then f32, then the CPU.',
    'setting.keep_pictures': 'Pictures to keep', 'setting.keep_pictures.meaning': 'The newest; 0: all.',
    'setting.keep_days': 'Days to keep pictures', 'setting.keep_days.meaning': '0: for ever.',
  },

  zh: {
    skip: '跳到内容', nav: '页面', 'nav.create': '创作', 'nav.gallery': '图库', 'nav.devices': '设备', 'nav.settings': '设置',
    language: '语言', theme: '主题', 'theme.auto': '自动', 'theme.light': '浅色', 'theme.dark': '深色',
    offline: '服务器没有响应。请确认 easel serve 正在运行。',
    'connection.lost': '连接已断开，正在重试；任务不会丢失。',
    'ready.ready': '{model}', 'ready.loading': '正在加载 {model} …', 'ready.failed': '没有模型：{reason}',

    prompt: '提示词', 'prompt.placeholder': '要画什么：a (red:1.2) apple', negative: '反向提示词', 'negative.placeholder': '不要画什么',
    tokens: '提示词的解析', 'tokens.negative': '反向提示词的解析',
    'tokens.count': '{count}/{capacity} 个词元', 'tokens.chunks': '{count}/{capacity} 个词元，{chunks} 段', 'tokens.chunk': '第 {n} 段',
    styles: '风格', generate: '生成', cancel: '取消', model: '模型', accuracy: '精度',
    'suits.use': '使用适合此模型的设置', 'suits.text': '看来是 {name}：{settings}',
    'accuracy.hint': '自动：误差上限内最快的。精确：全程 f32。性能：设备认为最快的。',
    'accuracy.auto': '自动', 'accuracy.accuracy': '精确', 'accuracy.performance': '性能', 'accuracy.default': '设备默认', 'accuracy.changed': '精度 {mode} 从下一张图起生效。',
    size: '尺寸', 'size.square': '方形', 'size.portrait': '竖幅', 'size.landscape': '横幅', 'size.small': '小', 'size.large': '大', 'size.other': '其他',
    width: '宽', height: '高', swap: '交换宽高', steps: '步数', sampler: '采样器', schedule: '调度类型',
    cfg: '引导强度', 'cfg.hint': 'CFG：遵循提示词的程度；为 1 时不用反向提示词，耗时减半',
    seed: '种子', 'seed.random': '随机种子', 'seed.reuse': '沿用最近一张图的种子',
    noise: '噪声来源', 'noise.hint': '种子对应哪一种随机数', 'noise.torch': 'CPU（torch）：SD.Next、diffusers', 'noise.philox': 'GPU（philox）：A1111',
    batch: '批量', 'batch.hint': '一次同时生成的张数', runs: '轮数', 'runs.hint': '一批接一批',
    clipSkip: 'CLIP 跳层', 'clipSkip.hint': '使用文本编码器的哪一层；1 为最后一层',
    counting: '分步计数', 'counting.hint': '[cat:dog:5] 中的 5 如何计数', 'counting.auto': '按服务器设置',
    tiling: '无缝平铺', 'tiling.hint': '图像哪些边缘可以无缝拼接', 'tiling.none': '关闭', 'tiling.both': '四边', 'tiling.x': '左右', 'tiling.y': '上下',
    sizes: '告知模型的尺寸', originalSize: '原始尺寸', 'originalSize.hint': '图像看起来由该尺寸缩放而来，如 1024x768；留空为图像本身的尺寸',
    targetSize: '目标尺寸', 'targetSize.hint': '图像看起来为该尺寸而作，如 1024x768；留空为图像本身的尺寸',
    crop: '裁剪', 'crop.hint': '图像看起来被裁去的行数与列数，如 0,128',
    clipSkipRule: 'CLIP 跳层计法', 'clipSkipRule.hint': '此类模型如何计算 CLIP 跳层', 'clipSkipRule.none': '不计',
    'counting.sdnext': '从 1 数步：SD.Next', 'counting.a1111': '从 0 数 UNet 调用：A1111',
    sampling: '采样、噪声与引导', subseed: '变异种子', 'subseed.hint': '噪声朝它转动的另一个种子；留空为随机',
    subseed_strength: '变异强度', 'subseed_strength.hint': '0 为无，1 为只用变异种子', seed_resize_from: '种子所属尺寸', 'seed_resize_from.hint': '让种子给出另一尺寸图片的构图',
    eta: 'Eta', 'eta.hint': '会加噪的采样器中新噪声所占比例，0 到 1；留空为采样器自己的值', s_churn: 'Sigma churn', 's_churn.hint': 'Euler、Heun、DPM2 每步之前加入的噪声',
    s_tmin: 'Sigma tmin', 's_tmin.hint': '使用 churn 的最低噪声水平', s_tmax: 'Sigma tmax', 's_tmax.hint': '使用 churn 的最高噪声水平；0 为不限',
    s_noise: '噪声系数', 's_noise.hint': '途中加入的噪声的系数', eta_noise_seed_delta: 'ENSD', 'eta_noise_seed_delta.hint': '首个噪声之后加到种子上的数；A1111 用户常用 31337',
    solver_order: '阶数', 'solver_order.hint': '用于 LMS、UniPC 与 DPM++ 3M；留空为采样器自己的值', uni_pc_variant: 'UniPC 变体', 'uni_pc_variant.own': '采样器自己的', 'uni_pc_variant.bh1': 'bh1', 'uni_pc_variant.bh2': 'bh2',
    uni_pc_lower_order_final: '末尾降阶', rho: 'Rho', 'rho.hint': 'Karras 与 Polyexponential 的指数；0 为各自的值', sigma_min: '最低噪声', 'sigma_min.hint': '调度的最低噪声；0 为模型自己的值',
    sigma_max: '最高噪声', 'sigma_max.hint': '调度的最高噪声；0 为模型自己的值', zero_terminal_snr: '零终端信噪比', 'zero_terminal_snr.hint': '用于如此训练但未说明的模型', always_discard_next_to_last_sigma: '舍弃倒数第二级', beta_dist_alpha: 'Beta 调度：alpha', beta_dist_beta: 'Beta 调度：beta',
    guidance_rescale: 'CFG 重缩放', 'guidance_rescale.hint': '减轻过曝，尤其适合零终端信噪比的模型；常用 0.7', cfg_start: '引导开始', 'cfg_start.hint': '引导开始之前的进程比例',
    cfg_end: '引导结束', 'cfg_end.hint': '引导结束时的进程比例', skip_early_cond: '跳过早期 CFG', 'skip_early_cond.hint': '开头不看反向提示词的进程比例',
    s_min_uncond: 'NGMS', 's_min_uncond.hint': '低于此噪声水平时，每隔一步不看反向提示词', s_min_uncond_all: 'NGMS 用于每一步',
    grading: '调色', correction: '潜空间校正',
    grading_brightness: '亮度', grading_contrast: '对比度', grading_saturation: '饱和度', grading_hue: '色相',
    'grading_hue.hint': '转动全部色相，以半圈为单位', grading_gamma: '伽马', 'grading_gamma.hint': '小于 1 变亮', grading_sharpness: '锐度',
    grading_color_temp: '色温', 'grading_color_temp.hint': '单位开尔文：低于 6500 偏暖，高于偏冷',
    grading_shadows: '阴影', grading_midtones: '中间调', grading_highlights: '高光',
    grading_clahe_clip: '均衡化', 'grading_clahe_clip.hint': '局部对比度最多提高多少（CLAHE）；0 为关闭，常用 1 到 4',
    grading_clahe_grid: '均衡化网格', 'grading_clahe_grid.hint': '均衡化把每条边分成几格',
    grading_shadows_tint: '阴影色调', grading_highlights_tint: '高光色调',
    grading_split_tone_balance: '色调平衡', 'grading_split_tone_balance.hint': '0 只染阴影，1 只染高光',
    grading_vignette: '暗角', 'grading_vignette.hint': '使四角变暗', grading_grain: '颗粒', 'grading_grain.hint': '胶片般的噪点，由种子决定',
    hdr_mode: '均值', 'hdr_mode.hint': '亮度和颜色校正是否保留潜变量自身的均值', 'hdr_mode.relative': '保留', 'hdr_mode.absolute': '去除',
    hdr_brightness: '亮度', hdr_color: '颜色居中', 'hdr_color.hint': '使各颜色通道的均值靠近 0', hdr_sharpen: '锐度',
    hdr_clamp: '钳制', 'hdr_clamp.hint': '压低最初几步中过大的数值', hdr_boundary: '钳制上限', hdr_threshold: '钳制起点',
    'hdr_threshold.hint': '从上限的这一比例起开始压低',
    hdr_maximize: '最大化', 'hdr_maximize.hint': '使最后几步的潜变量居中并缩放', hdr_max_center: '居中', hdr_max_boundary: '范围',
    hdr_color_picker: '染色', hdr_tint_ratio: '染色强度',
    'drop.hint': '把图片拖到页面任意处，或把生成参数粘贴到提示词框，即可填入表单。',
    'drop.here': '松开即可读取图片的生成参数', 'drop.done': '已填入这张图片的参数。',
    'drop.none': '{name} 中没有生成参数。', 'drop.other': '{name} 不是图片。请使用 PNG、JPEG 或 WebP 文件。',
    'fill.model': '这张图由 {model} 生成，本机没有该模型。',
    'fill.hash': '生成这张图的文件并非 {model}：其哈希值为 {hash}。', 'fill.others': '未采用：{names}。',

    watch: '任务', latest: '最近的图片', 'latest.none': '还没有图片。写下想画的内容，然后按“生成”。',
    'job.next': '下一个即开始', 'job.queued': '前面还有 {count} 个任务',
    'job.waiting': '排队中', 'job.started': '正在开始', 'job.attempt': '重新开始，第 {n} 次',
    'job.compiling': '正在为 {device} 编译{component}（{reason}）：{shape}', 'job.encoding': '正在编码提示词',
    'job.step': '第 {n} 步，共 {of} 步', 'job.speed': '{seconds} 秒/步', 'job.left': '剩余 {time}', 'job.decoding': '解码第 {n} 张，共 {of} 张',
    'job.done': '完成', 'job.failed': '失败：{error}', 'job.cancelling': '正在取消', 'job.dismiss': '关闭',
    'job.progress': '“{prompt}”的进度', 'job.cancel': '取消“{prompt}”', 'job.noPrompt': '无提示词', 'job.pictures': '{width}×{height}，{count} 张',
    'title.step': '{percent} · {stage}', 'title.waiting': '等待中', 'title.compiling': '编译中', 'title.done': '✓ 完成', 'title.failed': '✗ 失败',
    'component.text_encoder': '文本编码器', 'component.unet': 'UNet', 'component.vae': 'VAE',
    'reason.first use': '首次使用', 'reason.new size': '新尺寸', 'reason.new batch size': '新批量', 'reason.longer prompt': '更长的提示词',
    'reason.no longer in memory': '已移出内存', 'reason.preparation': '预先准备', 'reason.precision trial': '精度测试',
    'reason.batch trial': '批量测试', 'reason.reference': '参考', 'reason.repair': '修复', 'reason.reload': '重新加载',

    search: '搜索提示词', 'gallery.none': '还没有图片。', 'gallery.notFound': '没有图片的提示词包含这些词。',
    'gallery.fresh': '{count} 张新图片',
    picture: '图片', close: '关闭', newer: '较新的图片', older: '较早的图片',
    'picture.reuse': '使用这些设置', 'picture.reuse.hint': '把提示词、种子等全部放回表单', 'picture.copy': '复制参数',
    'picture.copied': '参数已复制。', 'picture.download': '下载', 'picture.delete': '删除', 'picture.deleted': '图片已删除。',
    'picture.gone': '这张图片已不存在。', undo: '撤销', 'picture.made': '生成时间',

    check: '立即检查', 'check.running': '正在与 CPU f32 比较 …', 'check.drawing': '正在两边绘制同一张图 …', reload: '重新加载模型', 'reload.running': '正在重新编译 …', 'reload.done': '模型已重新编译。',
    clearCache: '清除编译缓存', 'clearCache.done': '已移除 {count} 个已编译的网络。',
    where: '模型运行位置', component: '组件', device: '设备', precision: '精度', error: '与 CPU f32 的误差', bound: '上限', speed: '速度', checked: '检查时间', notice: '说明',
    'speed.ratio': 'CPU f32 的 {ratio} 倍', 'checked.ago': '{time}前', 'checked.never': '尚未检查',
    measured: '自动模式的测量', time: '单次耗时', chosen: '选择', 'chosen.yes': '✓ 采用', refused: '无法运行',
    compiled: '已编译', shape: '形状', reason: '原因', seconds: '耗时', hits: '使用次数', drop: '移除', 'drop.one': '移除{component}（{shape}）',
    'compiled.none': '还没有编译。', 'compiled.disk': '磁盘占用：{bytes}', 'compiled.cached': '{seconds}，来自磁盘',
    checks: '一致性检查', 'checks.none': '还没有检查。', 'chart.label': '{component}：{count} 次检查，最近 {error}，上限 {bound}',
    'chart.bound': '上限 {bound}', events: '事件记录', 'events.none': '暂无。', when: '时间', finding: '结果', response: '处理',
    'finding.baseline': '首次检查', 'finding.within_bounds': '在范围内', 'finding.recovered': '已恢复', 'finding.non_finite': '出现非有限值',
    'finding.over_bound': '超出上限', 'finding.over_baseline': '比以前差', 'finding.failed': '失败',
    'response.none': '–', 'response.recompile': '重新编译', 'response.accuracy': '改用 f32', 'response.cpu': '改用 CPU', 'response.give_up': '无法修复',
    devicesHere: '本机设备', name: '名称', modes: '各模式的精度', 'compare.reference': 'CPU f32', 'compare.drawn': '本机当前设置', 'compare.difference': '差异 ×{factor}',
    'compare.equal': '两张图逐位相同。', 'compare.distance': '{psnr} dB，SSIM {ssim}',

    'settings.apply': '应用', 'settings.keep': '下次启动也生效', 'settings.done': '设置已更改。', 'settings.same': '没有更改。',
    'settings.default': '默认：{value}', 'settings.nothing': '无', 'settings.source.file': '来自设置文件', 'settings.source.environment': '来自环境变量',
    'settings.source.flag': '来自命令行', 'settings.source.change': '运行中已更改', 'settings.source.default': '', 'settings.others': '其他设置', 'choice.true': '是', 'choice.false': '否',
    'settings.group.devices': '设备与精度', 'settings.group.drawing': '绘制', 'settings.group.care': '一致性检查', 'settings.group.gallery': '图库',
    'setting.openvino_devices': '设备', 'setting.openvino_devices.meaning': '按尝试的顺序，如 GPU, CPU。留空：最好的一个。',
    'setting.openvino_accuracy': '精度', 'setting.openvino_accuracy.meaning': '计算的精确程度。auto：误差上限内最快的，只测一次。',
    'setting.auto_error_bound': 'auto 的误差上限', 'setting.auto_error_bound.meaning': 'auto 可接受的单步最大误差，相对于 CPU f32。',
    'setting.clip_skip': 'CLIP 跳层', 'setting.clip_skip.meaning': '请求未说明时使用；1 为文本编码器最后一层。',
    'setting.emphasis': '强调方式', 'setting.emphasis.meaning': '提示词中的权重如何起作用。',
    'setting.schedule_counting': '分步计数', 'setting.schedule_counting.meaning': '请求未说明时 [cat:dog:5] 中的 5 如何计数；留空：A1111 的接口按 A1111，其余按 SD.Next。',
    'setting.preview_steps': '预览间隔（步）', 'setting.preview_steps.meaning': '0：不预览。',
    'setting.queue_batch_size': '合并绘制的任务数', 'setting.queue_batch_size.meaning': '上限；仅在设备上更快时合并。',
    'setting.fidelity_check_pictures': '每几张图检查一次', 'setting.fidelity_check_pictures.meaning': '两次与 CPU f32 比较之间的图片数；0：关闭。',
    'setting.fidelity_check_hours': '每几小时检查一次', 'setting.fidelity_check_hours.meaning': '两次与 CPU f32 比较之间的小时数；0：关闭。',
    'setting.fidelity_last_rung': '处理到哪一步', 'setting.fidelity_last_rung.meaning': '组件超出上限时可以做什么：重新编译，然后 f32，然后 CPU。',
    'setting.keep_pictures': '保留图片数', 'setting.keep_pictures.meaning': '保留最新的；0：全部。',
    'setting.keep_days': '保留天数', 'setting.keep_days.meaning': '0：永久。',
  },
}

const tags = { en: 'en', zh: 'zh-Hans' }
const stored = 'easel.language'

const preferred = () => {
  const kept = localStorage.getItem(stored)
  if (kept in strings) return kept
  return navigator.languages.map(tag => tag.slice(0, 2).toLowerCase()).find(language => language in strings) ?? 'en'
}

export let language = preferred()
export const languageChanged = notifier()

/** Another language for all that is shown, now and at the next visit. */
export function speak(wanted) {
  language = wanted
  localStorage.setItem(stored, wanted)
  translate()
  languageChanged()
}

export const knows = key => key in strings[language]

/**
 * The words for `key`, with values in the place of `{name}`; `{count, plural, one {# job} other {# jobs}}` depends on a number.
 * A key that does not exist is shown as it is: an engine may give reasons that this page was not told of.
 */
export function t(key, values = {}) {
  const text = strings[language][key] ?? strings.en[key] ?? key
  return text
    .replace(/\{(\w+), plural, one \{([^}]*)\} other \{([^}]*)\}\}/g, (_, name, one, other) =>
      (values[name] === 1 ? one : other).replace('#', number(values[name])))
    .replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

/** Names of things that the server calls by `kind`, such as `reason.first use`; the server's own where there is none. */
export const named = (kind, name) => (knows(`${kind}.${name}`) ? t(`${kind}.${name}`) : name)

/** Puts words where `index.html` has keys. */
export function translate() {
  document.documentElement.lang = tags[language]
  for (const [attribute, apply] of Object.entries({
    t: (element, text) => { element.textContent = text },
    'tLabel': (element, text) => element.setAttribute('aria-label', text),
    'tHint': (element, text) => { element.title = text },
    'tPlaceholder': (element, text) => { element.placeholder = text },
  })) {
    const name = attribute.replace(/[A-Z]/, letter => `-${letter.toLowerCase()}`)
    for (const element of document.querySelectorAll(`[data-${name}]`)) apply(element, t(element.dataset[attribute]))
  }
}

// Figures

export const number = (value, digits = 0) => value.toLocaleString(tags[language], { maximumFractionDigits: digits })

/** To so many significant digits: `0.0123`. */
export const significant = (value, digits = 3) => value.toLocaleString(tags[language], { maximumSignificantDigits: digits })

/** `1.2 %`; very small ones as a power of ten. */
export const percent = value => (value !== 0 && value < 1e-5 ? `${(value * 100).toExponential(0)} %` : `${significant(value * 100, 2)} %`)

/** `12 sec`, `5 min`, `1.5 hr`. */
export function duration(seconds) {
  const unit = (value, name) => new Intl.NumberFormat(tags[language], { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return unit(whole, 'second')
  if (whole < 3570) return unit(Math.round(whole / 60), 'minute')
  return unit(Math.round(whole / 360) / 10, 'hour')
}

export const moment = text => new Date(text).toLocaleString(tags[language], { dateStyle: 'medium', timeStyle: 'short' })

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = count > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(count) / 3)) : 0
  return `${significant(count / 1000 ** power, 3)} ${units[power]}`
}
