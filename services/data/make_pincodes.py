#!/usr/bin/env python3
"""Makes pincodes.csv and districts.csv from India Post's lists of post offices and of pincode centroids.

    python3 make_pincodes.py FOLDER

FOLDER holds post_offices.csv.gz and pincode_centroids.csv.gz (README.md says where they come from). The result depends
on these two files alone, so a second run changes nothing. What is repaired, and by which rule, is in README.md too.
"""

import csv
import gzip
import heapq
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
# A default that somebody typed, not a measurement: one point, or one latitude, on so many pincodes.
SAME_POINT_MAX = 7
SAME_LATITUDE_MAX = 12
# Farther from the middle of both its district and its sorting area than this (or than four times what is usual there,
# at most 200 km) is a typing error.
STRAY_KM, STRAY_KM_MAX = 100, 200
STRAY_TIMES_USUAL = 4
# Of so many districts' middles around a point, one must be of its state.
NEAREST = 10
FEW_DISTRICTS = 4
# Fewer points say nothing about where a district or a sorting area lies.
WITNESSES_MIN = 4
# Far apart by nature.
ISLANDS = {"LAKSHADWEEP", "ANDAMAN AND NICOBAR ISLANDS"}
SMALL_WORDS = {"And", "Of", "The"}
SPELLED = {"S.A.S Nagar": "S.A.S. Nagar", "Lakshadweep District": "Lakshadweep"}
STATES_SPELLED = {"The Dadra And Nagar Haveli And Daman And Diu": "Dadra and Nagar Haveli and Daman and Diu"}


def read(folder, name):
    with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def km(a, b):
    north = (a[0] - b[0]) * 111.2
    east = (a[1] - b[1]) * 111.2 * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(north, east)


def middle(points):
    return median(p[0] for p in points), median(p[1] for p in points)


def mean(points):
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def title(name):
    """Bengaluru Urban from BENGALURU URBAN; Kaimur (Bhabua), Dadra and Nagar Haveli, 24 Paraganas North."""
    out, start = [], True
    for c in name.lower():
        out.append(c.upper() if start else c)
        start = not (c.isalnum() or c == "'")
    words = "".join(out).split()
    text = " ".join(w.lower() if i and w in SMALL_WORDS else w for i, w in enumerate(words))
    return SPELLED.get(text, text)


def homes(offices):
    """Each pincode's (district, state): that of most of its offices, ties by name."""
    counts, states, pincodes = defaultdict(Counter), defaultdict(Counter), set()
    for o in offices:
        pincodes.add(o["pincode"])
        if o["state"]:
            states[o["pincode"]][o["state"]] += 1
            if o["district"]:
                counts[o["pincode"]][(o["district"], o["state"])] += 1
    most = lambda c: min(c.items(), key=lambda kv: (-kv[1], kv[0]))[0]
    home = {p: most(c) for p, c in counts.items()}
    known = sorted(home)
    for p in sorted(pincodes - home.keys()):
        near = [q for q in known if not states[p] or home[q][1] == most(states[p])]
        home[p] = home[min(near, key=lambda q: (abs(int(q) - int(p)), q))]
    return home


def typed(points):
    """Pincodes whose point is a default that stands on many: no witness of where their neighbours lie."""
    same_point = Counter(points.values())
    same_latitude = Counter(lat for lat, _ in set(points.values()))
    return {p for p, at in points.items() if same_point[at] > SAME_POINT_MAX or same_latitude[at[0]] > SAME_LATITUDE_MAX}


def among_their_state(points, home):
    """Points that have a district of their own state among the nearest; states of few districts are taken as they are."""
    districts = defaultdict(list)
    for p, at in points.items():
        districts[home[p]].append(at)
    middles = [(d, middle(v)) for d, v in districts.items()]
    count = Counter(state for _, state in districts)

    def holds(p, at):
        if count[home[p][1]] < FEW_DISTRICTS:
            return True
        near = heapq.nsmallest(NEAREST, middles, key=lambda m: (m[1][0] - at[0]) ** 2 + (m[1][1] - at[1]) ** 2)
        return any(d[1] == home[p][1] and d != home[p] for d, _ in near)

    return {p: at for p, at in points.items() if holds(p, at)}


def without_strays(points, witnesses, home):
    """Points that lie where their district or their sorting area (first three digits) lies, by the witnesses."""
    areas = defaultdict(list)
    for p, at in witnesses.items():
        areas[home[p]].append(at)
        areas[p[:3]].append(at)
    middles = {a: middle(v) for a, v in areas.items()}
    usual = {a: median(km(middles[a], at) for at in v) for a, v in areas.items()}

    def near(at, area):
        return area in middles and km(at, middles[area]) <= min(max(STRAY_KM, STRAY_TIMES_USUAL * usual[area]), STRAY_KM_MAX)

    def holds(p, at):
        area, district = p[:3], home[p]
        in_reach = len(areas[area]) < WITNESSES_MIN or km(at, middles[area]) <= STRAY_KM_MAX
        return district[1] in ISLANDS or near(at, area) or (near(at, district) and in_reach)

    return {p: at for p, at in points.items() if holds(p, at)}


def repaired(own, home):
    """The centroids that can be their pincode's."""
    typed_in = typed(own)
    witnesses = among_their_state({p: at for p, at in own.items() if p not in typed_in}, home)
    return without_strays(own, witnesses, home)


def placed(home, points):
    """A point for every pincode: its own, else the mean of its district's, else of its sorting area's."""
    districts, areas = defaultdict(list), defaultdict(list)
    for p, at in sorted(points.items()):
        districts[home[p]].append(at)
        areas[p[:3]].append(at)
    return {p: points.get(p) or mean(districts[home[p]] or areas[p[:3]]) for p in home}


def main():
    folder = Path(sys.argv[1])
    home = homes(read(folder, "post_offices.csv.gz"))
    centroids = read(folder, "pincode_centroids.csv.gz")
    own = {c["pincode"]: (float(c["latitude"]), float(c["longitude"])) for c in centroids}
    points = repaired(own, home)
    places = placed(home, points)
    districts = sorted(set(home.values()), key=lambda d: (d[1], d[0]))
    index = {d: i for i, d in enumerate(districts)}
    with open(HERE / "districts.csv", "w", encoding="utf-8", newline="\n") as out:
        out.write("district,state\n")
        for name, state in districts:
            state = title(state)
            out.write(f"{title(name)},{STATES_SPELLED.get(state, state)}\n")
    with open(HERE / "pincodes.csv", "w", encoding="utf-8", newline="\n") as out:
        out.write("pincode,latitude,longitude,district\n")
        for p in sorted(home):
            out.write(f"{p},{places[p][0]:.4f},{places[p][1]:.4f},{index[home[p]]}\n")
    missing = len(home) - len(centroids)
    print(f"{len(home)} pincodes, {len(districts)} districts")
    print(f"{missing} without a centroid, {len(centroids) - len(points)} with one that cannot be theirs")


if __name__ == "__main__":
    main()
