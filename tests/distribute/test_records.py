"""What a run on real workers leaves in `history.cluster`, as numbers and as a picture."""

import pytest

from tests.distribute.models import SAMPLES, mlp


def test_the_record_of_a_run_shows_the_workers_that_took_part(of_workers):
    model, data = mlp()
    history = model.fit(**data, batch_size=8, epochs=2, verbose=0, cluster=of_workers(2))

    picture = history.cluster.picture()

    assert {row.name for row in picture.rows} == set(of_workers(2).workers)
    assert picture.samples == 2 * SAMPLES
    assert sum(map(picture.share, picture.rows)) == pytest.approx(1)
    for row in picture.rows:
        assert row.steps == 6
        assert min(row.compute, row.transfer) > 0
        assert row.name in picture.description
    assert "joined" in str(history.cluster)
