import torch
from benchmarks.speed.flops import TRAINING_STEP, Geometry, Tokens, needed, stock
from torch.utils.flop_counter import FlopCounterMode
from transformers import DistilBertConfig, DistilBertForSequenceClassification

SMALL = Geometry(layers=2, dim=2, hidden_dim=3, n_labels=5)


def test_counts_by_hand():
    """One text of 4 tokens: the products one by one, rows x inner x columns, two operations each."""
    layer_2_2, up, down = 4 * 2 * 2, 4 * 2 * 3, 4 * 3 * 2
    scores_and_sums = 2 * (4 * 2 * 4)  # the heads together are as wide as the model
    block = 2 * (4 * layer_2_2 + up + down + scores_and_sums)
    assert stock(SMALL, Tokens.of([4])) == 2 * block + 2 * (2 * 2 + 2 * 5)
    keys_and_values = 2 * layer_2_2
    first_token = 2 * (1 * 2 * 2) + 2 * 3 + 3 * 2 + 2 * (1 * 2 * 4)  # query and output, feed-forward, attention
    assert needed(SMALL, Tokens.of([4])) == block + 2 * (keys_and_values + first_token) + 2 * 2 * 5


def test_counts_add_up_over_texts():
    for count in (stock, needed):
        alone = [count(SMALL, Tokens.of([length])) for length in (3, 7, 1)]
        assert count(SMALL, Tokens.of([3, 7, 1])) == sum(alone)


def test_stock_count_is_what_torch_counts():
    """torch's counter sees every product of a batch without padding, forwards and backwards."""
    config = DistilBertConfig(
        vocab_size=50, dim=16, hidden_dim=48, n_layers=3, n_heads=2, num_labels=7, attn_implementation="eager"
    )
    model = DistilBertForSequenceClassification(config)
    ids = torch.randint(1, 50, (4, 10))
    geometry, texts = Geometry(3, 16, 48, 7), Tokens.of([10] * 4)
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        model(input_ids=ids)
    assert forward.get_total_flops() == stock(geometry, texts)
    with FlopCounterMode(display=False) as step:
        model(input_ids=ids).logits.sum().backward()
    assert step.get_total_flops() == TRAINING_STEP * stock(geometry, texts)


def test_sizes_are_read_from_a_model_folder(tiny_distilbert):
    assert Geometry.read(tiny_distilbert, 9) == Geometry(layers=2, dim=32, hidden_dim=64, n_labels=9)
