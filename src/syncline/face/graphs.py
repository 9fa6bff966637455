"""The only module that knows mediapipe: a landmark model for one prepared crop, and two face detectors.

The landmark graph keeps no state between calls: the caller says where the face is (`regions.Region`), so one graph
serves every face of a picture and a lost face cannot drag a graph's memory along. Every graph is a context manager
and has to be closed: an open one leaks about 28 MB.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncline.errors import DependencyError, StageError
from syncline.face.topology import POINTS

MESH_SIDE: Final = 192  # the landmark model's input side, pixels

_MESH_GRAPH: Final = """
input_stream: "image"
input_stream: "region"
output_stream: "landmarks"
input_side_packet: "with_attention"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:region"
  output_stream: "LANDMARKS:landmarks"
  input_side_packet: "WITH_ATTENTION:with_attention"
}
"""
_stderr_lock = threading.Lock()


@contextmanager
def _without_native_noise() -> Iterator[None]:
    """Keep what native code writes to the process's error stream while a graph starts (start-up notices) off it."""
    with _stderr_lock:
        try:
            kept = os.dup(2)
        except OSError:  # no error stream: nothing to keep clean
            yield
            return
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 2)
            os.close(sink)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _mediapipe() -> Any:
    """Import mediapipe when first needed (half a second), and say where its models lie."""
    try:
        import mediapipe
        from mediapipe.python._framework_bindings import resource_util
    except ImportError as exc:
        raise DependencyError(
            "Face tracking needs mediapipe 0.10.21 (pip install mediapipe==0.10.21).", stage="track"
        ) from exc
    resource_util.set_resource_dir(str(Path(mediapipe.__file__).parents[1]))
    return mediapipe


# A landmark of x, y and z in a list, as Protocol Buffers write it: field 1 of 15 bytes, then three floats with tags.
_LANDMARK: Final = np.dtype(
    [("list", "<u2"), ("tx", "u1"), ("x", "<f4"), ("ty", "u1"), ("y", "<f4"), ("tz", "u1"), ("z", "<f4")]
)
_LANDMARK_TAGS: Final = {"list": 0x0F0A, "tx": 0x0D, "ty": 0x15, "tz": 0x1D}


class MeshGraph:
    """478 landmarks of the face that fills one square RGB crop of `MESH_SIDE` pixels."""

    def __init__(self) -> None:
        with _without_native_noise():
            _mediapipe()
            from mediapipe.framework.formats import rect_pb2
            from mediapipe.python import packet_creator, packet_getter
            from mediapipe.python._framework_bindings import calculator_graph, image_frame

            self._create, self._get = packet_creator, packet_getter
            self._rgb = image_frame.ImageFormat.SRGB
            self._whole = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1.0, height=1.0, rotation=0.0)
            self._answers: dict[int, Any] = {}
            self._clock = 0
            self._graph: Any = calculator_graph.CalculatorGraph(graph_config=_MESH_GRAPH)
            self._graph.observe_output_stream("landmarks", self._keep, True)
            self._graph.start_run({"with_attention": packet_creator.create_bool(True)})
            self(np.zeros((MESH_SIDE, MESH_SIDE, 3), np.uint8))  # the first inference prints notices too

    def _keep(self, _stream: str, packet: Any) -> None:
        self._answers[packet.timestamp.value] = packet

    def __call__(self, crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32] | None:
        """Landmarks (478, 3) float32 in crop pixels (z in the same unit), or None where the model sees no face.

        crop : (192, 192, 3) uint8 RGB, contiguous.
        Raises StageError if the graph fails.
        """
        self._clock += 1
        stamp = self._clock
        image = self._create.create_image_frame(image_format=self._rgb, data=crop)
        try:
            self._graph.add_packet_to_input_stream("image", image.at(stamp))
            self._graph.add_packet_to_input_stream("region", self._create.create_proto(self._whole).at(stamp))
            self._graph.wait_until_idle()
        except RuntimeError as exc:
            raise StageError(f"The landmark model failed: {exc}.", stage="track") from exc
        packet = self._answers.pop(stamp, None)
        if packet is None or packet.is_empty():
            return None
        points = self._points(packet)
        if len(points) != POINTS:
            raise StageError(f"The landmark model gave {len(points)} points, not {POINTS}.", stage="track")
        return np.asarray(points * MESH_SIDE, np.float32)

    def _points(self, packet: Any) -> npt.NDArray[np.float32]:
        """(N, 3) float32 of a NormalizedLandmarkList.

        Its wire format is read as a table: as a message it costs 0.4 ms, a tenth of what the model takes.
        """
        wire: bytes = self._get._packet_getter._get_serialized_proto(packet)
        if len(wire) % _LANDMARK.itemsize == 0:
            table = np.frombuffer(wire, _LANDMARK)
            if all((table[name] == value).all() for name, value in _LANDMARK_TAGS.items()):
                return np.stack([np.asarray(table[name], np.float32) for name in "xyz"], axis=1)
        found = self._get.get_proto(packet).landmark  # with a field more or less than x, y and z
        return np.array([(point.x, point.y, point.z) for point in found], np.float32).reshape(-1, 3)

    def close(self) -> None:
        """Stop the graph and free its memory."""
        if self._graph is not None:
            graph, self._graph = self._graph, None
            graph.close_all_packet_sources()
            graph.wait_until_done()

    def __enter__(self) -> MeshGraph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Detection:
    """A face a detector found. box: x0, y0, x1, y1 and eyes: (2, 2), left and right, all in pixels of what it saw."""

    box: tuple[float, float, float, float]
    eyes: npt.NDArray[np.float32]
    score: float

    def moved(self, scale: float, x: float, y: float) -> Detection:
        """The detection in another picture: coordinates times `scale`, then shifted."""
        x0, y0, x1, y1 = self.box
        shift = np.array([x, y], np.float32)
        return Detection(
            (x0 * scale + x, y0 * scale + y, x1 * scale + x, y1 * scale + y), self.eyes * scale + shift, self.score
        )


class DetectorGraphs:
    """Two detectors of the same kind: short range (large faces, any tilt) and full range (small faces)."""

    def __init__(self, min_score: float) -> None:
        with _without_native_noise():
            solutions = _mediapipe().solutions.face_detection
            self._graphs = [
                solutions.FaceDetection(model_selection=kind, min_detection_confidence=min_score) for kind in (0, 1)
            ]
            blank = np.zeros((128, 128, 3), np.uint8)
            for graph in self._graphs:
                graph.process(blank)

    def near(self, image: npt.NDArray[np.uint8]) -> list[Detection]:
        """Faces that take up a fair part of the RGB image (h, w, 3) uint8."""
        return self._detect(0, image)

    def far(self, image: npt.NDArray[np.uint8]) -> list[Detection]:
        """Faces from about a tenth of the RGB image's longer side up."""
        return self._detect(1, image)

    def _detect(self, kind: int, image: npt.NDArray[np.uint8]) -> list[Detection]:
        height, width = image.shape[:2]
        found = self._graphs[kind].process(np.ascontiguousarray(image)).detections or []
        result = []
        for item in found:
            place = item.location_data
            box = place.relative_bounding_box
            eyes = [(point.x * width, point.y * height) for point in place.relative_keypoints[:2]]
            x0, y0 = box.xmin * width, box.ymin * height
            corners = (x0, y0, x0 + box.width * width, y0 + box.height * height)
            result.append(Detection(corners, np.array(eyes, np.float32), float(item.score[0])))
        return result

    def close(self) -> None:
        """Stop both graphs and free their memory."""
        while self._graphs:
            self._graphs.pop().close()

    def __enter__(self) -> DetectorGraphs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
