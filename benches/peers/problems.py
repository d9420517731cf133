"""The posteriors that are compared, by name."""

import os
import pathlib

KNOWN = ("eight_schools", "garch11", "kidscore_momiq", "arK")
NAMES = ("squid", *KNOWN)
EVIDENCE = ("squid", "eight_schools")


def target(name):
    import numpy as np

    if name != "squid":
        from targets import known

        return known.target(name)
    from targets import squid

    # Written by compare.py from a long run of hhbayes.
    stored = np.load(pathlib.Path(os.environ["PEERS_SQUID"]))
    rows = zip(squid.NAMES, stored["means"], stored["sds"], stored["errors"])
    summary = [dict(zip(("name", "mean", "sd", "error"), (row[0], *map(float, row[1:])))) for row in rows]
    return squid.Squid(stored["observed"], {"summary": summary, "draws": stored["draws"]})
