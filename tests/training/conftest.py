"""A folder in PTB-XL's published layout, made of the sample recordings, and what is scored on it."""

import numpy as np
import pandas as pd
import pytest
import wfdb

from ecg_core.models.checkpoint import load_model
from ecg_core.records import Preparation
from ecg_core.signals.filters import resample
from ecg_core.training.data import load_folds
from ecg_core.vocabulary import LEADS


@pytest.fixture(scope="session")
def small_ptbxl(tmp_path_factory, sample_recordings):
    """Nine folds of eight records: ten-second pieces of the samples at 100 Hz, each at a strength of its own.

    In each fold three patients have two records a month apart, and two have one.
    """
    folder = tmp_path_factory.mktemp("ptbxl")
    (folder / "records100").mkdir()
    random = np.random.default_rng(0)
    pieces = [resample(one.only(*LEADS).signals[:, :5000], 500, 100, 1000) for one in sample_recordings.values()]
    rows = []
    for number in range(72):
        name, signals = f"{number:05d}_lr", pieces[number % len(pieces)] * random.uniform(0.7, 1.3)
        wfdb.wrsamp(
            name, 100, ["mV"] * 12, [lead.upper() for lead in LEADS], signals.T.astype(float),
            fmt=["16"] * 12, adc_gain=[1000.0] * 12, baseline=[0] * 12, write_dir=str(folder / "records100"),
        )  # fmt: skip
        rows.append(
            {
                "ecg_id": number,
                "patient_id": number // 2 if number % 8 < 6 else 1000 + number,
                "age": 300 if number == 0 else 40 + number % 50,
                "sex": number % 2,
                "scp_codes": "{'NORM': 100.0}",
                "recording_date": f"1990-0{1 + number % 2}-01 00:00:00",
                "strat_fold": 1 + number // 8,
                "filename_lr": f"records100/{name}",
            }
        )
    pd.DataFrame(rows).to_csv(folder / "ptbxl_database.csv", index=False)
    statements = {"NORM": "NORM", "IMI": "MI", "NDT": "STTC", "LVH": "HYP", "IRBBB": "CD", "SR": None}
    table = pd.DataFrame({"diagnostic": [float(name is not None) or None for name in statements.values()]})
    table["diagnostic_class"] = list(statements.values())
    table.set_axis(list(statements)).to_csv(folder / "scp_statements.csv")
    return folder


@pytest.fixture(scope="session")
def model():
    """The released one."""
    return load_model()


@pytest.fixture(scope="session")
def held_out(small_ptbxl):
    """Fold 9 of it."""
    return load_folds(small_ptbxl, [9], Preparation())
