from aibt.protocol.evaluations import EvaluationsStart
from benchmarks.verdicts import usual_evaluation


def test_the_usual_evaluation_is_the_one_that_a_user_gets_who_says_nothing() -> None:
    usual = usual_evaluation("counterfactual")

    fields = EvaluationsStart.model_fields
    parameters = usual["parameters"]["counterfactual"]
    assert len(usual["seeds"]) == fields["seeds"].default
    assert len(usual["plan"].folds) == fields["folds"].default
    assert parameters.max_episodes == fields["max_episodes"].default
    assert parameters.hidden_layers == fields["hidden_layers"].default
