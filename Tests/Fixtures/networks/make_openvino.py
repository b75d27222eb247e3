#!/usr/bin/env python3
"""Write sd2-openvino/: the tiny checkpoint sd2/ as optimum-intel exports it, in f32.

Needs: optimum-intel 2.2.0 with openvino 2026.4.1, torch, diffusers 0.38.0, transformers 5.5.4 (PyPI), and CLIP's vocab.json and merges.txt.

    make_openvino.py VOCABULARY_FOLDER
"""
import os, re, shutil, subprocess, sys, tempfile
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

here = os.path.dirname(os.path.abspath(__file__))
source, target = here + "/sd2", here + "/sd2-openvino"

# Before transformers 5.6 the names of text encoders began with "text_model.".
text_encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(source + "/text_encoder"))
text_encoder.load_state_dict({"text_model." + key: value for key, value in load_file(source + "/text_encoder/model.safetensors").items()})

with tempfile.TemporaryDirectory() as folder:
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderKL.from_pretrained(source + "/vae"), text_encoder=text_encoder.float(),
        tokenizer=CLIPTokenizer.from_pretrained(sys.argv[1]), unet=UNet2DConditionModel.from_pretrained(source + "/unet"),
        scheduler=DDIMScheduler.from_pretrained(source + "/scheduler"), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False)
    pipeline.save_pretrained(folder + "/pipeline")
    subprocess.run(["optimum-cli", "export", "openvino", "-m", folder + "/pipeline", "--task", "text-to-image", "--weight-format", "fp32",
                    folder + "/exported"], check=True)
    for network in ["text_encoder", "unet", "vae_decoder", "vae_encoder"]:
        os.makedirs(f"{target}/{network}", exist_ok=True)
        for name in ["config.json", "openvino_model.bin"]:
            shutil.copy(f"{folder}/exported/{network}/{name}", f"{target}/{network}/{name}")
        text = open(f"{folder}/exported/{network}/openvino_model.xml").read()
        # Names of fused operations, extents of ports and indentation take half of the text, and no reader needs them.
        text = re.sub(r'<rt_info>\s*<attribute name="fused_names"[^>]*/>\s*</rt_info>', "", text)
        text = text[:text.rfind("<rt_info>")] + "</net>\n"
        text = re.sub(r"<dim>-?\d+</dim>", "", text)
        text = re.sub(r"\n\s+", "\n", text)
        text = text.replace(">\n<port", "><port").replace(">\n</", "></").replace("</port>\n<", "</port><")
        open(f"{target}/{network}/openvino_model.xml", "w").write(text)
    shutil.copytree(source + "/scheduler", target + "/scheduler", dirs_exist_ok=True)
    shutil.copy(source + "/model_index.json", target + "/model_index.json")
