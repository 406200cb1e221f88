"""The same model for transformers, which generates text and trains.

    from transformers import AutoModelForCausalLM, AutoTokenizer
    model = AutoModelForCausalLM.from_pretrained(DIRECTORY, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(DIRECTORY, trust_remote_code=True)

It was trained on documents that begin with tokenizer.bos_token, which a prompt should begin with too.
"""

from torch.nn import functional as F
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

from .modeling_speedrun import GPT


class SpeedrunConfig(PretrainedConfig):
    """What config.json says."""

    model_type = "speedrun"


class SpeedrunForCausalLM(PreTrainedModel, GenerationMixin):
    """Has the parts of a GPT under the same names, so that one file of weights fits both."""

    config_class = SpeedrunConfig

    def __init__(self, config):
        super().__init__(config)
        for name, part in GPT(config).named_children():
            self.add_module(name, part)
        self.post_init()

    def forward(self, input_ids, attention_mask=None, labels=None, **_):
        """Logits and, with labels, the mean loss of predicting each label from the tokens before it."""
        if attention_mask is not None and not attention_mask[:, 0].all():
            raise ValueError("padding must be on the right: what is on the left is attended to")
        logits, loss = GPT.forward(self, input_ids), None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return CausalLMOutput(loss=loss, logits=logits)

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **_):
        """There is no cache: every token is predicted from all that fit into the context."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        context = self.config.max_position_embeddings
        return {name: value[:, -context:] for name, value in inputs.items() if value is not None}

    def get_input_embeddings(self):
        return self.embed

    def get_output_embeddings(self):
        return self.head
