using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>One module in both places, as the tiny recursive model has it, and modules of the user's own.</summary>
public sealed class SharedModuleTests
{
    [Fact]
    public void Shared_module_has_the_keys_of_the_low_level_alone()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var both = ReasoningModule.Create(TinyModel.Config, 2, rotary: null, generator);
        using var model = new HrmModel(TinyModel.Config, both, both, generator);

        var keys = model.state_dict().Keys;
        keys.Should().OnlyHaveUniqueItems().And.Contain("L_level.layers.1.mlp.down_proj.weight").And.NotContain(key => key.StartsWith("H_level"));
        model.parameters().Count().Should().Be(4 + (2 * 4));
    }

    [Fact]
    public void Levels_of_the_users_own_are_called_and_trained()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var batch = TinyModel.Batch();
        var calls = new List<string>();
        var high = new ToyLevel("h", 0.5f, calls);
        var low = new ToyLevel("l", 0.5f, calls);
        using var model = new HrmModel(TinyModel.Config, high, low, generator);
        model.state_dict().Keys.Should().Contain(["H_level.weight", "L_level.weight"]);

        model.call(model.InitialCarry(3), batch).Logits.sum().backward();

        string.Concat(calls).Should().Be("llhlLH");
        high.Weight.grad.Should().NotBeNull();
        low.Weight.grad.Should().NotBeNull();
    }

    [Fact]
    public void Moving_moves_every_tensor_of_the_model()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create(TinyModel.Config with { PositionEncoding = PositionEncoding.Learned });
        model.to(ScalarType.Float64);
        model.state_dict().Should().OnlyContain(entry => entry.Value.dtype == ScalarType.Float64);

        // The carry comes from fields, not from what is registered: both must have moved.
        var carry = model.InitialCarry(1);
        carry.High.dtype.Should().Be(ScalarType.Float64);
        carry.Low.dtype.Should().Be(ScalarType.Float64);
        model.to(CPU).Should().BeSameAs(model);
        model.Device.type.Should().Be(DeviceType.CPU);
    }
}
