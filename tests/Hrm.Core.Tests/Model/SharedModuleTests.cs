using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>One module for both levels, as in the tiny recursive model, and custom modules.</summary>
public sealed class SharedModuleTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(1);
    private readonly PuzzleBatch _batch = TinyModel.Batch();

    public void Dispose()
    {
        _batch.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_shared_module_has_only_the_keys_of_the_low_level()
    {
        var both = ReasoningModule.Create(TinyModel.Config, 2, rotary: null, _generator);
        using var model = new HrmModel(TinyModel.Config, both, both, _generator);

        var keys = model.state_dict().Keys;
        keys.Should().OnlyHaveUniqueItems().And.Contain("L_level.layers.1.mlp.down_proj.weight").And.NotContain(key => key.StartsWith("H_level"));
        model.parameters().Count().Should().Be(4 + (2 * 4));
    }

    [Fact]
    public void Custom_modules_are_called_and_trained()
    {
        var calls = new List<string>();
        var high = new ToyLevel("h", 0.5f, calls);
        var low = new ToyLevel("l", 0.5f, calls);
        using var model = new HrmModel(TinyModel.Config, high, low, _generator);
        model.state_dict().Keys.Should().Contain(["H_level.weight", "L_level.weight"]);

        model.call(model.InitialCarry(3), _batch).Logits.sum().backward();

        string.Concat(calls).Should().Be("llhlLH");
        high.Weight.grad.Should().NotBeNull();
        low.Weight.grad.Should().NotBeNull();
    }

    [Theory]
    [InlineData("another width", ScalarType.Float32, "L (Foreign): expected [3, 6, 16] Float32, got [3, 6, 17] Float32.")]
    [InlineData("another dtype", ScalarType.BFloat16, "L (Foreign): expected [3, 6, 16] BFloat16, got [3, 6, 16] Float32.")]
    [InlineData("no batch axis", ScalarType.Float32, "L (Foreign): expected [3, 6, 16] Float32, got [6, 16] Float32.")]
    [InlineData("nothing", ScalarType.Float32, "L (Foreign): expected [3, 6, 16] Float32, got null.")]
    [InlineData("linear", ScalarType.BFloat16, "L (Foreign): expected [3, 6, 16] BFloat16 from a state and an injection of that shape and dtype, got the error \"*dtype*\".")]
    [InlineData("narrow linear", ScalarType.Float32, "L (Foreign): expected [3, 6, 16] Float32 from a state and an injection of that shape and dtype, got the error \"*shapes*\".")]
    public void A_module_that_does_not_fit_is_named_with_both_sides(string fault, ScalarType dtype, string message)
    {
        var config = TinyModel.Config with { ForwardDtype = dtype };
        using var model = new HrmModel(config, ReasoningModule.Create(config, 1, rotary: null, _generator), new Foreign(fault), _generator);
        var error = model.Invoking(it => it.call(it.InitialCarry(3), _batch)).Should().Throw<ShapeMismatchException>().WithMessage(message).Which;
        error.Message.Should().NotContain("frame #");
    }

    /// <summary>Only errors about shapes and dtypes are replaced.</summary>
    [Fact]
    public void Other_errors_of_a_module_are_not_changed()
    {
        using var model = new HrmModel(TinyModel.Config, new Foreign("throws"), new Foreign("throws"), _generator);
        model.Invoking(it => it.call(it.InitialCarry(3), _batch)).Should().Throw<TimeoutException>();
    }

    [Theory]
    [InlineData("another width", "merge (Foreign): expected [3, 6, 16] Float32, got [3, 6, 17] Float32.")]
    [InlineData("nothing", "merge (Foreign): expected [3, 6, 16] Float32, got null.")]
    [InlineData("another dtype", "merge (Foreign): expected [3, 6, 16] Float32, got [3, 6, 16] Float64.")]
    public void A_merge_that_does_not_fit_is_named_with_both_sides(string fault, string message)
    {
        var block = new Layers.TransformerBlock(new Layers.SelfAttention(16, 2, null, _generator), new Layers.SwiGlu(16, 24, _generator));
        using var module = new ReasoningModule([block], new Foreign(fault));
        module.Invoking(it => it.call(zeros(3, 6, 16), zeros(3, 6, 16))).Should().Throw<ShapeMismatchException>().WithMessage(message);
    }

    [Theory]
    [InlineData(ScalarType.Float32, "injection: expected [3, 6, 16] Float32, got [3, 5, 16] Float32.", 3L, 5L, 16L)]
    [InlineData(ScalarType.Float32, "injection: expected [3, 6, 16] Float32, got [1, 3, 6, 16] Float32.", 1L, 3L, 6L, 16L)]
    [InlineData(ScalarType.Float64, "state + injection: expected [3, 6, 16] Float32, got [3, 6, 16] Float64.", 3L, 6L, 16L)]
    public void A_reasoning_module_rejects_an_injection_that_does_not_fit(ScalarType dtype, string message, params long[] shape)
    {
        using var module = ReasoningModule.Create(TinyModel.Config, 1, rotary: null, _generator);
        module.Invoking(it => it.call(zeros(3, 6, 16), zeros(shape, dtype))).Should().Throw<ShapeMismatchException>().WithMessage(message);
        var state = ones(3, 6, 16);
        module.call(state, zeros(1)).Equals(module.call(state, zeros_like(state))).Should().BeTrue("an injection may be broadcast");
    }

    private sealed class Foreign : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly string _fault;
        private readonly TorchSharp.Modules.Linear _linear;

        public Foreign(string fault)
            : base(nameof(Foreign))
        {
            _fault = fault;
            _linear = nn.Linear(fault == "narrow linear" ? 15 : 16, 16);
            RegisterComponents();
        }

        public override Tensor forward(Tensor state, Tensor injection) => _fault switch
        {
            "another width" => nn.functional.pad(state, [0, 1]),
            "another dtype" => state.to_type(state.dtype == ScalarType.Float32 ? ScalarType.Float64 : ScalarType.Float32),
            "no batch axis" => state[0],
            "nothing" => null!,
            "throws" => throw new TimeoutException(),
            _ => _linear.call(state + injection),
        };
    }

    [Fact]
    public void Moving_moves_every_tensor_of_the_model()
    {
        using var model = TinyModel.Create(TinyModel.Config with { PositionEncoding = PositionEncoding.Learned });
        model.to(ScalarType.Float64);
        model.state_dict().Should().OnlyContain(entry => entry.Value.dtype == ScalarType.Float64);

        // The carry is created from fields, not from the registered buffers: both must have moved.
        var carry = model.InitialCarry(1);
        carry.High.dtype.Should().Be(ScalarType.Float64);
        carry.Low.dtype.Should().Be(ScalarType.Float64);
        model.to(CPU).Should().BeSameAs(model);
        model.Device.type.Should().Be(DeviceType.CPU);
    }
}
