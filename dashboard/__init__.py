"""The dashboard: pages that ask and show; all computing is in `ecg_core`."""
