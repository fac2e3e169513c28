using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class InitialWeightsTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Special_values_are_those_of_the_authors(ScalarType dtype)
    {
        using var generator = new Generator(1);
        using var model = new HrmModel(TinyModel.Config with { ForwardDtype = dtype }, generator);
        using var scope = NewDisposeScope();
        var weights = model.state_dict();

        weights["q_head.weight"].Equals(zeros(2, 16)).Should().BeTrue();
        weights["q_head.bias"].Equals(full([2], -5f)).Should().BeTrue();
        weights["puzzle_emb.weights"].Equals(zeros(3, 16)).Should().BeTrue();
        model.named_parameters().Select(entry => entry.name).Should().NotContain(["H_init", "L_init", "puzzle_emb.weights"]);
        weights["H_init"].dtype.Should().Be(dtype);
        weights["L_init"].dtype.Should().Be(dtype);
        weights["H_init"].Equals(weights["L_init"]).Should().BeFalse();
        model.parameters().Should().OnlyContain(parameter => parameter.dtype == ScalarType.Float32 && parameter.requires_grad);
    }

    [Fact]
    public void Deviations_are_one_over_root_fan_in_and_one_over_root_width()
    {
        var config = TinyModel.Config with { HiddenSize = 256, VocabularySize = 400, SwiGluInnerWidth = 320, PositionEncoding = PositionEncoding.Learned, SequenceLength = 400, PuzzleEmbeddingWidth = 0 };
        using var generator = new Generator(1);
        using var model = new HrmModel(config, generator);
        using var scope = NewDisposeScope();
        var weights = model.state_dict();

        // 65,536 values and more: the deviation of a truncated normal is off by 0.25 % (one standard error).
        void Check(string name, double expected) => weights[name].std().item<float>().Should().BeApproximately((float)expected, (float)(expected * 0.01), name);
        Check("embed_tokens.embedding_weight", 1 / Math.Sqrt(256));
        Check("embed_pos.embedding_weight", 1 / Math.Sqrt(256));
        Check("lm_head.weight", 1 / Math.Sqrt(256));
        Check("H_level.layers.0.self_attn.qkv_proj.weight", 1 / Math.Sqrt(256));
        Check("L_level.layers.1.self_attn.o_proj.weight", 1 / Math.Sqrt(256));
        Check("L_level.layers.0.mlp.gate_up_proj.weight", 1 / Math.Sqrt(256));
        Check("L_level.layers.0.mlp.down_proj.weight", 1 / Math.Sqrt(320));
    }

    [Fact]
    public void Initial_states_are_truncated_normals_of_deviation_one()
    {
        using var generator = new Generator(1);
        using var model = new HrmModel(TinyModel.Config with { HiddenSize = 1024, LowLayers = 1 }, generator);
        using var scope = NewDisposeScope();
        foreach (var name in new[] { "H_init", "L_init" })
        {
            var state = model.state_dict()[name];
            state.std().item<float>().Should().BeApproximately(1, 0.08f, name); // four standard errors of 1,024 values
            state.abs().max().item<float>().Should().BeInRange(2.1f, (float)(2 / 0.8796), name);
        }
    }

    [Fact]
    public void Weights_repeat_with_the_generators_seed()
    {
        using var model = TinyModel.Create(seed: 1);
        using var again = TinyModel.Create(seed: 1);
        using var other = TinyModel.Create(seed: 2);
        again.ShouldHaveTheWeightsOf(model);
        using var scope = NewDisposeScope();
        var weights = model.state_dict();
        foreach (var (name, value) in other.state_dict().Where(entry => entry.Key != "q_head.bias"))
        {
            value.Equals(weights[name]).Should().BeFalse(name);
        }
    }
}
