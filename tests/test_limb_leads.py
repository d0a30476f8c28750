"""The laws of Einthoven and Goldberger, and the axis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.limb_leads import axis_degrees, derive, twelve
from ecg_core.vocabulary import LEADS, PREDICTED, Lead

voltages = st.floats(-10, 10)


@given(voltages, voltages)
def test_laws_hold(i, ii):
    iii, avr, avl, avf = (derive(lead, np.array(i), np.array(ii)) for lead in (Lead.III, Lead.AVR, Lead.AVL, Lead.AVF))
    assert iii == pytest.approx(ii - i)
    assert avr + avl + avf == pytest.approx(0, abs=1e-9)
    assert avf == pytest.approx((ii + iii) / 2)
    assert avl == pytest.approx((i - iii) / 2)


def test_recorded_limb_leads_follow_them(twelve_lead_sample):
    for lead in (Lead.III, Lead.AVR, Lead.AVL, Lead.AVF):
        computed = derive(lead, twelve_lead_sample[Lead.I], twelve_lead_sample[Lead.II])
        assert np.abs(computed - twelve_lead_sample[lead]).max() < 0.01


def test_twelve_puts_every_lead_in_its_row():
    predicted = np.arange(7.0)[:, None] * np.ones((7, 4))
    leads = twelve(np.full(4, 9.0), predicted)
    assert [leads[LEADS.index(lead), 0] for lead in PREDICTED] == list(range(7))
    assert leads[LEADS.index(Lead.I), 0] == 9
    assert leads[LEADS.index(Lead.III), 0] == -9


@given(st.floats(-179, 179))
def test_axis_of_a_frontal_dipole_is_its_angle(angle):
    net_i = np.cos(np.radians(angle))
    net_ii = np.cos(np.radians(angle - 60))
    net_avf = float(derive(Lead.AVF, np.array(net_i), np.array(net_ii)))
    assert axis_degrees(net_i, net_avf) == pytest.approx(angle, abs=1e-6)
