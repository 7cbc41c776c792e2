"""Whether two programs computed the same: entry by entry."""

import numpy as np

# |ours - theirs| <= relative * |theirs| + absolute * (the largest |theirs| of that array).
TOLERANCE = {np.float32: (1e-3, 1e-4), np.float64: (1e-9, 1e-11)}


def compare(ours, theirs, dtype):
    """Folders of raw arrays. Gives the worst error as a part of what is tolerated, and where it is."""
    relative, absolute = TOLERANCE[dtype]
    worst, where = 0.0, ""
    names = {path.name for path in ours.iterdir()}
    strange = names ^ {path.name for path in theirs.iterdir()}
    if strange or not names:
        return float("inf"), "only one has " + ", ".join(sorted(strange)[:3])
    for name in sorted(names):
        a, b = (np.fromfile(folder / name, dtype) for folder in (ours, theirs))
        if a.shape != b.shape or not np.isfinite(a).all():
            return float("inf"), name
        if a.size:
            allowed = relative * np.abs(b) + absolute * np.abs(b).max() + np.finfo(dtype).tiny
            error = float((np.abs(a.astype(np.float64) - b) / allowed).max())
            if error > worst:
                worst, where = error, name.removesuffix(".bin")
    return worst, where
