"""SyncNet's own measures of a clip, by weights that the user has: LSE-D, LSE-C and offset as they were published.

J. S. Chung and A. Zisserman, "Out of time: automated lip sync in the wild", 2016; LSE-D and LSE-C: K R Prajwal et al.,
"A Lip Sync Expert Is All You Need", 2020. torch is imported only when weights are loaded.
"""

from syncline.quality.syncnet.grades import grade_syncnet
from syncline.quality.syncnet.measure import SyncNetFigures, SyncNetTrack, measure_syncnet
from syncline.quality.syncnet.network import SyncNet, load_syncnet

__all__ = ["SyncNet", "SyncNetFigures", "SyncNetTrack", "grade_syncnet", "load_syncnet", "measure_syncnet"]
