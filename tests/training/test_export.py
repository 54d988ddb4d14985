"""Model files: what the network says in torch, ONNX Runtime says as well, and the weights come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")

from lesiontrack.errors import ModelError  # noqa: E402
from lesiontrack.photo import Photo  # noqa: E402
from lesiontrack.segmentation.network import load_model, read_model_file  # noqa: E402
from lesiontrack.training.export import Deployed, export, network_from, weights_hash  # noqa: E402
from lesiontrack.training.loop import Schedule  # noqa: E402
from lesiontrack.training.model import between, train_model  # noqa: E402
from lesiontrack.training.network import SmallNetwork  # noqa: E402
from lesiontrack.training.split import Split  # noqa: E402

TEMPERATURES = {"lesion": 2.0, "ulcer": 0.7}


def some_network(seed: int = 3) -> SmallNetwork:
    """Random weights, with normalisation that is not the identity."""
    torch.manual_seed(seed)
    network = SmallNetwork().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
    return network


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SmallNetwork, str]:
    path = tmp_path_factory.mktemp("models") / "new" / "m.onnx"
    network = some_network()
    name = export(
        network,
        path,
        temperatures=TEMPERATURES,
        search_px=(384, 256),
        crop_px=192,
        licence="Apache-2.0",
        trained_on="nothing: random weights",
    )
    return path, network, name


def test_the_file_says_what_torch_says(written: tuple[Path, SmallNetwork, str]) -> None:
    import onnxruntime

    path, network, _ = written
    rng = np.random.default_rng(0)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    deployed = Deployed(network, [1.0, 2.0, 0.7, 1.0])
    for shape in ((1, 32, 32, 3), (3, 96, 160, 3)):
        rgb = rng.integers(0, 256, shape, dtype=np.uint8)
        (given,) = session.run(None, {"rgb": rgb})
        with torch.no_grad():
            wanted = deployed(torch.from_numpy(rgb)).numpy()
        np.testing.assert_allclose(given, wanted, atol=2e-5)


def test_it_carries_what_segment_needs(written: tuple[Path, SmallNetwork, str]) -> None:
    path, network, name = written
    model = read_model_file(path)
    assert (model.id, model.search_px, model.crop_px) == (name, (384, 256), 192)
    assert model.classes == network.classes
    assert "Not validated" in model.not_validated
    assert name.startswith("small-1-")


def test_segment_runs_it(written: tuple[Path, SmallNetwork, str]) -> None:
    path, _, name = written
    rng = np.random.default_rng(1)
    photo = Photo(rng.integers(0, 256, (150, 210, 3), dtype=np.uint8), sha256="0" * 64)
    found = load_model(path)(photo)
    assert found.model == name
    assert found.shape == (150, 210)


def test_no_path_or_text_of_the_export_stays_in_the_file(written: tuple[Path, SmallNetwork, str]) -> None:
    data = written[0].read_bytes()
    for trace in (b".py", b"site-packages", b"torch.nn", str(Path(__file__).parents[2]).encode()):
        assert trace not in data


def test_the_weights_come_back(written: tuple[Path, SmallNetwork, str]) -> None:
    path, network, _ = written
    given = network_from(path).state_dict()
    for name, value in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(given[name], value), name


def test_the_id_follows_the_weights() -> None:
    same = weights_hash(Deployed(some_network(), [1.0] * 4))
    assert weights_hash(Deployed(some_network(), [1.0] * 4)) == same
    assert weights_hash(Deployed(some_network(4), [1.0] * 4)) != same
    assert weights_hash(Deployed(some_network(), [1.0, 2.0, 1.0, 1.0])) != same


def test_another_architecture_can_not_be_trained_on(
    written: tuple[Path, SmallNetwork, str], tmp_path: Path
) -> None:
    import onnx

    model = onnx.load(str(written[0]))
    for one in model.graph.initializer:
        if one.name == "network.head.weight":
            one.name = "network.other.weight"
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == "network.head.weight":
                node.input[index] = "network.other.weight"
    other = tmp_path / "other.onnx"
    other.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"head\.weight should be \(4, 16, 1, 1\), the file has nothing"):
        network_from(other)


def test_weights_between_two_networks() -> None:
    one, other = some_network(3), some_network(4)
    a = {name: value.clone() for name, value in one.state_dict().items()}
    b = other.state_dict()
    mixed = between(one, other, 0.25).state_dict()
    for name, value in mixed.items():
        if value.is_floating_point():
            torch.testing.assert_close(value, 0.75 * a[name] + 0.25 * b[name])
        else:
            assert (value == a[name]).all()


@pytest.mark.parametrize("keep", [-0.1, 1.1, 0.5])
def test_a_share_that_is_none_or_of_nothing_is_refused(tmp_path: Path, keep: float) -> None:
    with pytest.raises(ValueError, match="keep"):
        train_model(
            [], Split({}, {}), tmp_path / "a.onnx", folder=tmp_path, schedule=Schedule(), licence="",
            trained_on="", keep=keep,
        )  # fmt: skip
