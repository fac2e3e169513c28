using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>The merge of a module's state with the injection.</summary>
public sealed class StateMergeTests
{
    private static readonly string[] Gates =
        ["H_level.merge.state_proj.weight", "H_level.merge.injection_proj.weight", "L_level.merge.state_proj.weight", "L_level.merge.injection_proj.weight"];

    private static HrmConfig Gated { get; } = TinyModel.Config with { Merge = StateMerge.Gated };

    /// <summary>Gates use no random numbers, so the same seed gives the other weights the same values.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Before_training_a_gated_model_equals_the_model_that_adds(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var batch = TinyModel.Batch();
        using var gated = New(Gated with { ForwardDtype = dtype });
        using var adds = New(TinyModel.Config with { ForwardDtype = dtype });
        gated.state_dict().Keys.Except(adds.state_dict().Keys).Should().BeEquivalentTo(Gates);
        foreach (var (name, weight) in adds.state_dict())
        {
            gated.state_dict()[name].Equals(weight).Should().BeTrue(name);
        }

        var (actual, expected) = (gated.call(gated.InitialCarry(3), batch), adds.call(adds.InitialCarry(3), batch));

        actual.Logits.Equals(expected.Logits).Should().BeTrue();
        actual.QHalt.Equals(expected.QHalt).Should().BeTrue();
        actual.Carry.High.Equals(expected.Carry.High).Should().BeTrue();
        actual.Carry.Low.Equals(expected.Carry.Low).Should().BeTrue();
    }

    [Fact]
    public void Gradients_reach_every_gate()
    {
        using var scope = NewDisposeScope();
        using var batch = TinyModel.Batch();
        using var model = New(Gated);
        model.call(model.InitialCarry(3), batch).Logits.square().sum().backward();
        var parameters = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Gates.Should().AllSatisfy(name => parameters[name].grad!.abs().max().item<float>().Should().BePositive(name));
    }

    [Fact]
    public void A_custom_merge_comes_before_the_blocks()
    {
        using var scope = NewDisposeScope();
        using var module = new ReasoningModule([Block()], new FunctionLevel((state, injection) => state - injection));
        using var adds = new ReasoningModule([Block()]);
        using var generator = new Generator(2);
        var (state, injection) = (randn([2, 6, 16], generator: generator), randn([2, 6, 16], generator: generator));
        module.call(state, injection).Equals(adds.call(state, -injection)).Should().BeTrue();
        module.call(state, injection).Equals(adds.call(state, injection)).Should().BeFalse();

        static Layers.TransformerBlock Block()
        {
            using var generator = new Generator(1);
            return new Layers.TransformerBlock(new Layers.SwiGlu(6, 8, generator), new Layers.SwiGlu(16, 24, generator));
        }
    }

    private static HrmModel New(HrmConfig config)
    {
        using var generator = new Generator(1);
        return new HrmModel(config, generator);
    }
}
