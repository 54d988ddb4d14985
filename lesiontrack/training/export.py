"""A trained network as the ONNX file that `segment` runs, and its weights back from such a file."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network.modelfile import FORMAT, check_model, read_model_file
from lesiontrack.training.network import STRIDE, SmallNetwork

NOT_VALIDATED = (
    "Not validated on this population: its figures are of the photographs that its model card names, not of "
    "skin metastases under treatment."
)


class Deployed(nn.Module):
    """From uint8 (N, H, W, 3) RGB to calibrated probabilities (N, K, H, W), as the model file has it."""

    def __init__(self, network: SmallNetwork, temperatures: Sequence[float]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("temperature", torch.tensor(list(temperatures)).view(1, -1, 1, 1))

    def forward(self, rgb: Tensor) -> Tensor:
        logits = self.network(rgb.permute(0, 3, 1, 2).float() / 255.0)
        return torch.sigmoid(logits / self.temperature)


def export(
    network: SmallNetwork,
    path: Path,
    *,
    temperatures: Mapping[str, float],
    search_px: Sequence[int],
    crop_px: int,
    licence: str,
    trained_on: str,
    not_validated: str = NOT_VALIDATED,
) -> str:
    """Write the model file atomically; returns its id, "small-1-" and eight digits of its weights' hash.

    Args:
        temperatures: class → what its logits are divided by; a class that is missing has 1.
        search_px, crop_px: sizes at which photos are searched and looked at again.
        licence, trained_on, not_validated: sentences that the file carries.

    Raises ModelError if what was written is not what `segment` accepts.
    """
    scales = [float(temperatures.get(name, 1.0)) for name in network.classes]
    deployed = Deployed(network.cpu(), scales).eval()
    name = f"small-1-{weights_hash(deployed)[:8]}"
    metadata = {
        "lesiontrack_model": FORMAT,
        "id": name,
        "classes": ",".join(network.classes),
        "search_px": ",".join(str(side) for side in search_px),
        "crop_px": str(crop_px),
        "licence": licence,
        "trained_on": trained_on,
        "not_validated": not_validated,
    }
    data = _onnx(deployed, metadata)
    check_model(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)
    return name


def weights_hash(module: nn.Module) -> str:
    """SHA-256 of all weights by name."""
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def network_from(path: Path) -> SmallNetwork:
    """The network whose weights a model file carries, to train on.

    Raises ModelError for a file that is not ours, or of another architecture.
    """
    model = read_model_file(path)
    weights = {
        one.name: numpy_helper.to_array(one) for one in onnx.load_from_string(model.data).graph.initializer
    }
    network = SmallNetwork(model.classes)
    state = network.state_dict()
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        given = weights.get(f"network.{name}")
        if given is None or given.shape != tuple(value.shape):
            there = "nothing" if given is None else str(given.shape)
            raise ModelError(
                f"{path}: {name} should be {tuple(value.shape)}, the file has {there}; "
                "a file that `lesiontrack train` of this version wrote can be trained on"
            )
        state[name] = torch.from_numpy(np.array(given))
    network.load_state_dict(state)
    return network


def _drop_empty_biases(graph: onnx.GraphProto) -> None:
    """The export gives convolutions a bias of zeros, made by operators that model files may not use."""
    weights = {one.name for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) == 3 and node.input[2] not in weights:
            del node.input[2]


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Nodes and weights whose outcome nothing takes."""
    wanted = {one.name for one in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    weights = [one for one in graph.initializer if one.name in wanted]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(weights)


def _onnx(deployed: Deployed, metadata: Mapping[str, str]) -> bytes:
    example = torch.zeros(2, 4 * STRIDE, 5 * STRIDE, 3, dtype=torch.uint8)
    sides = {0: torch.export.Dim("n"), 1: STRIDE * torch.export.Dim("h"), 2: STRIDE * torch.export.Dim("w")}
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                deployed,
                (example,),
                dynamo=True,
                # Kept as they are: weights keep their names, so that a model file can be trained on, and ONNX
                # Runtime folds normalisation into convolutions itself.
                optimize=False,
                input_names=["rgb"],
                output_names=["probability"],
                dynamic_shapes={"rgb": sides},
                verbose=False,
            )
    finally:
        logger.setLevel(level)
    if program is None:
        raise ModelError("torch.onnx.export gave no program; update torch and onnxscript")
    model = program.model_proto
    _drop_empty_biases(model.graph)
    _drop_unused(model.graph)
    # What describes the export run (paths of sources among it) does not belong in a published file.
    for described in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        del described.metadata_props[:]
    for described in (*model.graph.value_info, *model.graph.initializer):
        del described.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
    del model.graph.value_info[:]
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    return bytes(model.SerializeToString())
