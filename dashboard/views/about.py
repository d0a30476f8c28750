"""About and privacy: what it is for and not for, what is held in memory now and how to forget it, licences."""

import re
from importlib.metadata import metadata, requires

import pandas as pd
import streamlit as st

from dashboard import memory
from dashboard.texts import say
from dashboard.views.appearance import leading
from ecg_core import limits

HALF = 440
"""Width in pixels below which the two halves stand one below the other."""
PROJECT = "ecg-core"
LONGEST_NAME = 60
"""Some packages state their whole licence; what is longer than this is not its name."""


def in_words(size: int) -> str:
    """A size in bytes as it is read."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB" if size else "0"


def held() -> None:
    """What this session holds, and the button that lets go of it."""
    st.subheader(say("about.held"))
    things = memory.held()
    forgotten = st.button(
        on_click=memory.forget, help=say("about.forget_help"),
        **leading(say("about.forget"), ":material/delete_forever:"),
    )  # fmt: skip
    if forgotten:
        st.success(say("about.forgotten"), icon=":material/check_circle:")
    table = pd.DataFrame(
        [(say(f"about.{one.kind}"), str(one.count), in_words(one.size)) for one in things],
        columns=[say("about.what"), say("about.count"), say("about.size")],
    )
    st.table(table, hide_index=True, border="horizontal", alt=say("about.held"))
    st.caption(say("about.held_by_all"))


def licence(package: str) -> tuple[str, str]:
    """The installed version of ``package`` and the name of its licence, as the package itself states them."""
    stated = metadata(package)
    groups = [entry.rpartition(" :: ")[2] for entry in stated.get_all("Classifier") or [] if "License ::" in entry]
    expression, whole = (
        stated[field].partition("\n")[0] if field in stated else "" for field in ("License-Expression", "License")
    )
    named = whole if len(whole) <= LONGEST_NAME and not whole.startswith("Copyright") else ""
    return stated["Version"], expression or named or ", ".join(groups) or say("about.not_stated")


def licences() -> None:
    """The licence of the project and of each package that it stands on."""
    names = [re.split(r"[<>=~!; \[]", one)[0] for one in requires(PROJECT) or () if "extra ==" not in one]
    rows = [(name, *licence(name)) for name in (PROJECT, *sorted(names, key=str.lower))]
    columns = [say("about.package"), say("about.version"), say("about.licence")]
    st.table(pd.DataFrame(rows, columns=columns), hide_index=True, border="horizontal", alt=say("about.licences"))


st.title(say("pages.about"))
st.warning(say("forms.research_only"), icon=":material/front_hand:")
beside = st.grid(2, min_column_width=HALF, gap="medium")
with beside.cell():
    st.subheader(say("about.use"))
    st.markdown(say("about.uses"))
    st.subheader(say("about.limits"))
    st.markdown(say("about.limits_list"))
    st.subheader(say("about.most"))
    st.markdown(
        say(
            "about.most_list", upload=st.get_option("server.maxUploadSize"), bytes=limits.MOST_BYTES >> 20,
            files=limits.MOST_FILES, channels=limits.MOST_CHANNELS, hours=round(limits.LONGEST_SECONDS / 3600),
            low=f"{limits.LOWEST_HZ:g}", high=f"{limits.HIGHEST_HZ:g}", shortest=f"{limits.SHORTEST_SECONDS:g}",
        )
    )  # fmt: skip
with beside.cell():
    held()
    st.subheader(say("about.privacy"))
    seconds, megabytes = st.get_option("server.disconnectedSessionTTL"), st.get_option("server.maxUploadSize")
    st.markdown(say("about.privacy_list", seconds=seconds, megabytes=megabytes))
st.header(say("about.licences"), divider="gray")
st.markdown(say("about.licences_text"))
licences()
