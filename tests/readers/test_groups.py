"""Which of many uploaded files belong together."""

from ecg_core import read
from ecg_core.readers.groups import recordings_in


def test_pairs_find_each_other_and_the_rest_stays_alone(sample_files):
    files = sample_files("A0001.mat", "A0006_lead_I.csv", "A0002.hea", "A0001.hea", "A0002.mat", "A0010_lead_I.edf")
    sets = recordings_in(files.items())
    assert [sorted(one) for one in sets] == [
        ["A0001.hea", "A0001.mat"],
        ["A0006_lead_I.csv"],
        ["A0002.hea", "A0002.mat"],
        ["A0010_lead_I.edf"],
    ]
    assert [len(read(one).leads) for one in sets] == [12, 1, 12, 1]


def test_records_of_the_same_name_are_not_mixed(sample_files):
    one = sample_files("A0001.hea", "A0001.mat")
    other = sample_files("A0002.hea", "A0002.mat")
    renamed = {"A0001.hea": other["A0002.hea"].replace(b"A0002", b"A0001"), "A0001.mat": other["A0002.mat"]}
    first, second = recordings_in([*one.items(), *renamed.items()])
    assert first == one
    assert second == renamed
