"""What is planted: by seed, each kind at least once in the sample, on clean invoices, never twice on one."""

from importlib.resources import files
from pathlib import Path

from threeflow_gateway.demo import orders, planted

SAMPLE = Path(str(files("threeflow_gateway.demo"))) / "data" / "sample.csv"


def clean() -> list[orders.Invoice]:
    return [each for each in orders.read(SAMPLE) if not each.is_credit_note and each.decision is None]


def test_every_kind_falls_on_the_sample_at_least_once_for_many_seeds() -> None:
    for seed in range(40):
        assert {each.kind.name for each in planted.plant(clean(), seed)} == set(planted.BY_NAME)


def test_no_invoice_is_planted_twice_and_most_stay_ordinary() -> None:
    chosen = planted.plant(clean(), 7)
    numbers = [invoice.number for each in chosen for invoice in each.invoices]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) <= len(clean()) * planted.AT_MOST


def test_equal_seeds_plant_equally() -> None:
    assert planted.plant(clean(), 7) == planted.plant(clean(), 7)


def test_a_kind_falls_only_where_it_fits() -> None:
    for seed in range(40):
        for each in planted.plant(clean(), seed):
            assert len(each.invoices) == each.kind.orders
            assert all(len(invoice.goods) >= each.kind.lines for invoice in each.invoices)
            assert all(line.unit_price > 0 for invoice in each.invoices for line in invoice.goods)


def test_few_invoices_or_none_are_no_trouble() -> None:
    assert planted.plant([], 7) == []
    assert len(planted.plant(clean()[:1], 7)) <= 1
