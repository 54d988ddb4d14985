"""A checked model file on ONNX Runtime: CPU, one thread, once per process and model."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesiontrack.errors import MissingExtraError, ModelError
from lesiontrack.segmentation.network.modelfile import STEP, ModelFile

Batch = NDArray[np.uint8]  # (N, H, W, 3) sRGB, H and W multiples of STEP
Probabilities = NDArray[np.float32]  # (N, K, H, W), 0..1

SLACK = 1e-3  # how far beyond 0..1 rounding may take a probability
MAX_MEMORY = 1 << 30  # bytes that a network may hold at a time; ours needs a tenth of it

_sessions: dict[str, Session] = {}
_lock = threading.Lock()


class Session:
    """Runs one network."""

    def __init__(self, model: ModelFile) -> None:
        """Raises ModelError where ONNX Runtime refuses the file, or its output isn't as agreed."""
        self._model = model
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
        options.enable_mem_pattern = False  # sizes differ from photo to photo
        options.log_severity_level = 4
        options.add_session_config_entry("session.load_model_format", "ONNX")
        options.add_session_config_entry("session.use_env_allocators", "1")
        try:
            self._session: Any = runtime.InferenceSession(
                model.data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime's own classes share no other root
            raise ModelError(f"model {model.id}: ONNX Runtime refuses it: {_plain(error)}") from error
        self._try()

    def __call__(self, batch: Batch) -> Probabilities:
        """Probabilities of the model's classes for each picture of a batch.

        Raises ModelError where the network fails or gives what is no probability.
        """
        try:
            (output,) = self._session.run(["probability"], {"rgb": np.ascontiguousarray(batch)})
        except Exception as error:
            raise ModelError(f"model {self._model.id}: the network failed: {_plain(error)}") from error
        wanted = (batch.shape[0], len(self._model.classes), *batch.shape[1:3])
        if output.shape != wanted or output.dtype != np.float32:
            raise ModelError(
                f"model {self._model.id}: output {output.dtype} {output.shape} for input {batch.shape}; "
                f"it must be float32 {wanted}"
            )
        # Comparisons with NaN are false.
        if not (output.min() >= -SLACK and output.max() <= 1 + SLACK):
            raise ModelError(f"model {self._model.id}: values that are no probabilities (0 to 1)")
        probabilities: Probabilities = np.clip(output, 0, 1, out=output)
        return probabilities

    def _try(self) -> None:
        """Two pictures that are not square tell a wrong order of sides and a fixed size apart."""
        ramp = np.linspace(0, 255, 2 * STEP * 2 * STEP * 3).reshape(2, STEP, 2 * STEP, 3)
        self(ramp.astype(np.uint8))


def open_session(model: ModelFile) -> Session:
    """The process's session for this file; made on first use."""
    with _lock:
        if model.sha256 not in _sessions:
            _sessions[model.sha256] = Session(model)
        return _sessions[model.sha256]


@cache
def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError(
            "a network needs ONNX Runtime: pip install onnxruntime; or use --model colour"
        ) from error
    onnxruntime.disable_telemetry_events()
    # A few bytes of a file can ask for any amount of memory; beyond the limit the run fails, not the worker.
    onnxruntime.create_and_register_allocator(
        onnxruntime.OrtMemoryInfo(
            "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
        ),
        onnxruntime.OrtArenaCfg({"max_mem": MAX_MEMORY}),
    )
    return onnxruntime


def _plain(error: Exception) -> str:
    """One line without the runtime's source positions and signatures."""
    text = re.sub(r"\S+\.(?:cc|cpp|h):\d+ [^)]*\)", "", str(error))
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:300] or type(error).__name__
