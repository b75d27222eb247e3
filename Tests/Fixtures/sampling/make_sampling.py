"""Writes schedules.json and samplers.json: noise schedules and sampled latents of the Python originals.

Made with torch 2.13.0+cpu, diffusers 0.42.1, numpy 2.4.6 and the files sampling.py and external.py of k-diffusion 0.1.1.post1
(unpack its wheel from PyPI and give the folder with k_diffusion in it as the first argument). Everything is float32, as there.

The model is a stand-in: a smooth function of latents and timestep, the same in ReferenceModel.swift.
"""
import importlib.util
import json
import os
import sys
import types

import numpy as np
import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler, LCMScheduler

SHAPE = (4, 4, 5)
SEEDS = [1234, 1235]
STEPS = [1, 2, 5, 8, 20]
HERE = os.path.dirname(os.path.abspath(__file__))


def load_k_diffusion(folder):
    """Loads the two modules alone; what they import and we do not call is replaced by empty modules."""
    for name in ["scipy", "scipy.integrate", "torchdiffeq", "torchsde", "tqdm", "tqdm.auto"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["scipy"].integrate = None
    sys.modules["torchdiffeq"].odeint = None
    sys.modules["tqdm.auto"].trange = lambda *arguments, disable=None: range(*arguments)
    sys.modules["tqdm.auto"].tqdm = None
    package = sys.modules["k_diffusion"] = types.ModuleType("k_diffusion")
    package.__path__ = []
    utils = sys.modules["k_diffusion.utils"] = package.utils = types.ModuleType("k_diffusion.utils")
    utils.append_dims = lambda x, count: x[(...,) + (None,) * (count - x.ndim)]
    for name in ["sampling", "external"]:
        spec = importlib.util.spec_from_file_location(f"k_diffusion.{name}", os.path.join(folder, "k_diffusion", f"{name}.py"))
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        setattr(package, name, module)
        spec.loader.exec_module(module)
    return package


def model(x, t):
    t = torch.as_tensor(t, dtype=torch.float32).reshape(-1, 1, 1, 1)
    return 0.8 * torch.tanh(x) + 0.3 * torch.sin(0.01 * t) * torch.cos(x)


class BatchNoise:
    def __init__(self):
        self.generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]

    def __call__(self, *_):
        return torch.stack([torch.randn(SHAPE, generator=generator) for generator in self.generators])


def exact(tensor):
    """The shortest decimal numbers that read back as the same float32."""
    return [float(str(value)) for value in np.asarray(tensor, dtype=np.float32).flatten()]


def checksum(tensor):
    bits = tensor.view(torch.int32).to(torch.int64) & 0xFFFFFFFF
    return int((bits * torch.arange(1, len(bits) + 1) % 2**32).sum()) % 2**32


def sgm_uniform(wrapper, n):
    """A1111's, in its words: timesteps from that of the greatest sigma towards that of the least, which is left out."""
    start, end = wrapper.sigma_to_t(wrapper.sigma_max), wrapper.sigma_to_t(wrapper.sigma_min)
    return K.sampling.append_zero(wrapper.t_to_sigma(torch.linspace(start.item(), end.item(), n + 1)[:-1]))


def sigmas_of(wrapper, schedule, n):
    if schedule == "normal":
        return wrapper.get_sigmas(n)
    if schedule == "karras":
        return K.sampling.get_sigmas_karras(n, wrapper.sigma_min, wrapper.sigma_max)
    if schedule == "exponential":
        return K.sampling.get_sigmas_exponential(n, wrapper.sigma_min.item(), wrapper.sigma_max.item())
    return sgm_uniform(wrapper, n)


def betas(configuration):
    return {name: configuration[name] for name in ["num_train_timesteps", "beta_start", "beta_end", "beta_schedule"]}


def schedules():
    entries = []
    for count, start, end, kind in [(1000, 0.00085, 0.012, "scaled_linear"), (1000, 0.0001, 0.02, "linear"), (200, 0.001, 0.03, "scaled_linear")]:
        configuration = {"num_train_timesteps": count, "beta_start": start, "beta_end": end, "beta_schedule": kind}
        alphas = DDIMScheduler(**configuration).alphas_cumprod
        wrapper = K.external.DiscreteEpsDDPMDenoiser(model, alphas, quantize=False)
        lists = []
        for schedule in ["normal", "karras", "exponential", "sgm_uniform"]:
            for n in [1, 2, 3, 8, 20, 50]:
                sigmas = sigmas_of(wrapper, schedule, n)
                lists.append({"schedule": schedule, "steps": n, "sigmas": exact(sigmas), "timesteps": exact(wrapper.sigma_to_t(sigmas[:-1]))})
        entries.append({**configuration, "alphas_checksum": checksum(alphas),
                        "sigma_min": exact(wrapper.sigma_min)[0], "sigma_max": exact(wrapper.sigma_max)[0], "lists": lists})
    return entries


def samplers():
    alphas = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").alphas_cumprod
    common = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    entries = []

    def add(source, sampler, schedule, prediction, steps, latents, estimates, timesteps, **more):
        """`estimates` are those of x0 after each call of the model; the first is kept where there are five steps."""
        if steps == 5 and schedule == "normal" and estimates:
            more["first_denoised"] = exact(estimates[0])
        entries.append({"source": source, "sampler": sampler, "schedule": schedule, "prediction": prediction, "steps": steps, **more,
                        "timesteps": exact(timesteps), "latents": exact(latents)})

    # k-diffusion
    wrappers = {"epsilon": K.external.DiscreteEpsDDPMDenoiser, "v_prediction": K.external.DiscreteVDDPMDenoiser}
    functions = {"Euler": K.sampling.sample_euler, "Euler a": K.sampling.sample_euler_ancestral,
                 "Heun": K.sampling.sample_heun, "DPM++ 2M": K.sampling.sample_dpmpp_2m}
    runs = [(sampler, schedule, prediction, steps)
            for sampler in functions for prediction in wrappers
            for schedule, counts in [("normal", STEPS), ("karras", [5, 20]), ("exponential", [5]), ("sgm_uniform", [5])]
            for steps in counts]
    for sampler, schedule, prediction, steps in runs:
        timesteps, estimates = [], []

        def recorded(x, t):
            timesteps.append(t[0].item())
            return model(x, t)

        wrapper = wrappers[prediction](recorded, alphas, quantize=False)
        denoise = lambda x, sigma: (estimates.append(wrapper(x, sigma)), estimates[-1])[1]
        noise = BatchNoise()
        sigmas = sigmas_of(wrapper, schedule, steps)
        more = {"noise_sampler": noise} if sampler == "Euler a" else {}
        latents = functions[sampler](denoise, noise() * sigmas[0], sigmas, disable=True, **more)
        add("k-diffusion", sampler, schedule, prediction, steps, latents, estimates, timesteps)

    # diffusers
    for prediction in wrappers:
        for steps in STEPS:
            noise = BatchNoise()
            euler = EulerDiscreteScheduler(**common, prediction_type=prediction, timestep_spacing="linspace")
            euler.set_timesteps(steps)
            latents = noise() * euler.init_noise_sigma
            estimates = []
            for t in euler.timesteps:
                result = euler.step(model(euler.scale_model_input(latents, t), t), t, latents)
                latents = result.prev_sample
                estimates.append(result.pred_original_sample)
            add("diffusers", "Euler", "normal", prediction, steps, latents, estimates, euler.timesteps)
        for steps, offset, to_one in [(steps, 1, False) for steps in STEPS] + [(8, 0, True), (7, 1, True), (999, 1, False)]:
            noise = BatchNoise()
            ddim = DDIMScheduler(**common, prediction_type=prediction, steps_offset=offset, set_alpha_to_one=to_one, clip_sample=False)
            ddim.set_timesteps(steps)
            latents = noise() * ddim.init_noise_sigma
            estimates = []
            for t in ddim.timesteps:
                result = ddim.step(model(latents, t), t, latents)
                latents = result.prev_sample
                estimates.append(result.pred_original_sample)
            add("diffusers", "DDIM", "normal", prediction, steps, latents, estimates,
                ddim.timesteps[:50], steps_offset=offset, set_alpha_to_one=to_one)
        for steps in STEPS + [4, 33, 50]:
            noise = BatchNoise()
            lcm = LCMScheduler(**common, prediction_type=prediction)
            lcm.set_timesteps(steps)
            latents = noise() * lcm.init_noise_sigma
            for t in lcm.timesteps:
                # The scheduler draws one array for the batch unless it gets a list of generators, one per image.
                result = lcm.step(model(latents, t), t, latents, generator=noise.generators)
                latents = result.prev_sample
            add("diffusers", "LCM", "normal", prediction, steps, latents, [], lcm.timesteps)
    return entries


def write(name, value):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


K = load_k_diffusion(sys.argv[1])
write("schedules.json", schedules())
write("samplers.json", {"seed": SEEDS[0], "image_shape": SHAPE, "runs": samplers()})
