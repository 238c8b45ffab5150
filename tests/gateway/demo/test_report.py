"""The report embeds its data so that nothing in it can end the script element or be taken for markup."""

import json
from pathlib import Path

from threeflow.standard import Standard
from threeflow_gateway.demo import report


def test_data_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    case = {"invoice": "</script><script>alert(1)</script>"}
    report.write(path, {"outcomes": {}}, [case], Standard.load().table)
    page = path.read_text("utf-8")
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert json.loads(data)["cases"] == [case]
    assert page.count("</script>") == 2


def test_every_track_and_state_of_the_table_that_it_draws_has_words_in_both_languages() -> None:
    tracks = Standard.load().table.tracks
    for name in report.TRACKS:
        assert set(tracks[name].states) - set(report.STATES) <= {"sent-back", "lost"}
    assert all(en and zh for en, zh in report.STATES.values())
