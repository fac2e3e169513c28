using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class HrmModelTests
{
    private static readonly Dictionary<string, HrmConfig> Changes = new()
    {
        ["H_cycles"] = TinyModel.Config with { HighCycles = 3 },
        ["L_cycles"] = TinyModel.Config with { LowCycles = 3 },
        ["num_heads"] = TinyModel.Config with { Heads = 4 },
        ["pos_encodings"] = TinyModel.Config with { PositionEncoding = PositionEncoding.None },
        ["pos_encodings in a grid"] = TinyModel.Config with { PositionEncoding = PositionEncoding.Rope2d, GridColumns = 5 },
        ["merge"] = TinyModel.Config with { Merge = StateMerge.Gated },
        ["rms_norm_eps"] = TinyModel.Config with { RmsNormEpsilon = 0.5 },
        ["rope_theta"] = TinyModel.Config with { RopeTheta = 3 },
        ["forward_dtype"] = TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 },
    };

    public static TheoryData<string> ChangedFields => [.. Changes.Keys];

    [Theory]
    [InlineData(ScalarType.Float32, 16, null, PositionEncoding.Rope, TokenMixing.Attention)]
    [InlineData(ScalarType.BFloat16, 16, null, PositionEncoding.Rope, TokenMixing.Attention)]
    [InlineData(ScalarType.Float32, 0, null, PositionEncoding.Learned, TokenMixing.Attention)]
    [InlineData(ScalarType.BFloat16, 24, null, PositionEncoding.Learned, TokenMixing.Attention)] // one and a half tokens wide
    [InlineData(ScalarType.BFloat16, 16, 4, PositionEncoding.None, TokenMixing.TokenMixer)] // padded with zeros
    [InlineData(ScalarType.BFloat16, 16, 4, PositionEncoding.None, TokenMixing.Convolution)]
    [InlineData(ScalarType.Float32, 0, null, PositionEncoding.Rope2d, TokenMixing.Attention)]
    [InlineData(ScalarType.BFloat16, 24, null, PositionEncoding.Rope2d, TokenMixing.Attention, true)]
    public void Forward_returns_the_documented_shapes_and_dtypes(ScalarType dtype, int puzzleWidth, int? prefix, PositionEncoding positions, TokenMixing mixing, bool feedback = false)
    {
        var config = TinyModel.Config with
        {
            ForwardDtype = dtype,
            PuzzleEmbeddingWidth = puzzleWidth,
            PuzzlePrefixLength = prefix,
            PositionEncoding = positions,
            GridColumns = 1,
            PredictionFeedback = feedback,
            Mixing = mixing,
        };
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create(config);
        using var batch = TinyModel.Batch();
        var carry = model.InitialCarry(3);
        var result = model.call(carry, batch);

        var state = new long[] { 3, config.TokenCount, 16 };
        ShouldBe(result.Logits, dtype, 3, 5, 7);
        ShouldBe(result.QHalt, ScalarType.Float32, 3);
        ShouldBe(result.QContinue, ScalarType.Float32, 3);
        foreach (var tensor in new[] { carry.High, carry.Low, result.Carry.High, result.Carry.Low })
        {
            ShouldBe(tensor, dtype, state);
            tensor.requires_grad.Should().BeFalse();
        }

        result.Logits.requires_grad.Should().BeTrue();
        result.QHalt.requires_grad.Should().BeTrue();
    }

    [Fact]
    public void InitialCarry_repeats_the_initial_states()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create();
        var weights = model.state_dict();
        var carry = model.InitialCarry(2);
        carry.High.Equals(weights["H_init"].expand(2, 6, 16)).Should().BeTrue();
        carry.Low.Equals(weights["L_init"].expand(2, 6, 16)).Should().BeTrue();
        model.Invoking(it => it.InitialCarry(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_puzzle_id_selects_the_prefix()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = TinyModel.Create();
        using var batch = PuzzleBatch.Create([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [], [0, 1, 0], 5);
        var logits = model.call(model.InitialCarry(3), batch).Logits;
        (logits[0] - logits[1]).abs().max().item<float>().Should().BeGreaterThan(1e-2f);
        (logits[0] - logits[2]).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    /// <summary>A model that ignored such a field would load and be wrong.</summary>
    [Theory]
    [MemberData(nameof(ChangedFields))]
    public void Every_field_that_changes_no_weight_changes_the_result(string field)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var batch = TinyModel.Batch();
        Tensor Logits(HrmConfig it)
        {
            using var model = TinyModel.Create(it);
            return model.call(model.InitialCarry(3), batch).Logits.to_type(ScalarType.Float32);
        }

        (Logits(Changes[field]) - Logits(TinyModel.Config)).abs().max().item<float>().Should().BeGreaterThan(1e-3f, field);
    }

    [Fact]
    public void Two_models_do_not_affect_each_other()
    {
        using var scope = NewDisposeScope();
        using var first = TinyModel.Create(seed: 1);
        using var batch = TinyModel.Batch();
        var alone = first.call(first.InitialCarry(3), batch).Logits.detach();

        using var second = TinyModel.Create(TinyModel.Config with { ForwardDtype = ScalarType.BFloat16, RopeTheta = 3 }, seed: 2);
        second.Recurrence.GradientMode = GradientMode.FullUnroll;
        second.eval();
        second.call(second.InitialCarry(3), batch).Logits.to_type(ScalarType.Float32).sum().backward();

        first.Recurrence.GradientMode.Should().Be(GradientMode.OneStep);
        first.training.Should().BeTrue();
        first.parameters().Should().OnlyContain(parameter => ReferenceEquals(parameter.grad, null));
        first.call(first.InitialCarry(3), batch).Logits.detach().Equals(alone).Should().BeTrue();
    }

    [Theory]
    [InlineData(TokenMixing.Attention, false)]
    [InlineData(TokenMixing.Convolution, true)]
    [InlineData(TokenMixing.Groups, true)]
    public void Segments_backward_and_resets_leak_no_tensors(TokenMixing mixing, bool feedback)
    {
        using var model = TinyModel.Create(TinyModel.Config with { ForwardDtype = ScalarType.BFloat16, Mixing = mixing, GridColumns = 5, PredictionFeedback = feedback, PuzzleEmbeddingWidth = mixing == TokenMixing.Groups ? 0 : 16 });
        using var batch = TinyModel.Batch();
        using var rows = tensor([true, false, true]);
        var carry = model.InitialCarry(3);
        TensorLeak.Check(() =>
        {
            using var scope = NewDisposeScope();
            using var start = model.ResetCarry(carry, rows);
            using (no_grad())
            {
                model.call(start, batch).Dispose();
            }

            var result = model.call(start, batch);
            (result.Logits.to_type(ScalarType.Float32).square().sum() + result.QHalt.sum()).backward();
            carry.Dispose();
            carry = result.Carry.DetachFromDisposeScope();
        });
        carry.Dispose();
    }

    private static void ShouldBe(Tensor tensor, ScalarType dtype, params long[] shape)
    {
        tensor.dtype.Should().Be(dtype);
        tensor.shape.Should().Equal(shape);
    }
}
