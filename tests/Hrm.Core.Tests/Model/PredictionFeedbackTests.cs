using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>The last prediction as a part of the injection.</summary>
public sealed class PredictionFeedbackTests
{
    private static HrmConfig Config { get; } = TinyModel.Config with { PredictionFeedback = true };

    /// <summary>The weights of the feedback are zeros and use no random numbers, so the same seed gives the other weights the same values.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Before_training_the_model_equals_the_one_without_bit_for_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var batch = TinyModel.Batch();
        using var feeds = New(Config with { ForwardDtype = dtype });
        using var plain = New(TinyModel.Config with { ForwardDtype = dtype });
        feeds.state_dict().Keys.Except(plain.state_dict().Keys).Should().Equal("feedback.weight");
        var (actual, expected) = (feeds.call(feeds.InitialCarry(3), batch), plain.call(plain.InitialCarry(3), batch));
        (actual, expected) = (feeds.call(actual.Carry, batch), plain.call(expected.Carry, batch));

        actual.Logits.Equals(expected.Logits).Should().BeTrue();
        actual.QHalt.Equals(expected.QHalt).Should().BeTrue();
        actual.Carry.High.Equals(expected.Carry.High).Should().BeTrue();
        actual.Carry.Low.Equals(expected.Carry.Low).Should().BeTrue();
    }

    /// <summary>
    /// With L = zL + injection and H = zL, logits and gradients have a closed form. The gradients of lm_head show that the prediction has no graph.
    /// </summary>
    [Theory]
    [InlineData(ScalarType.Float32, 16, null)]
    [InlineData(ScalarType.Float32, 16, 3)]
    [InlineData(ScalarType.Float32, 0, null)]
    [InlineData(ScalarType.BFloat16, 24, null)]
    public void Segment_equals_plain_operations(ScalarType dtype, int puzzleWidth, int? prefix)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var config = Config with { ForwardDtype = dtype, PuzzleEmbeddingWidth = puzzleWidth, PuzzlePrefixLength = prefix, HighCycles = 1, LowCycles = 1 };
        using var model = new HrmModel(config, new FunctionLevel((_, low) => low), new FunctionLevel((low, injection) => low + injection), generator);
        using var batch = TinyModel.Batch();
        using (no_grad())
        {
            model.state_dict()["feedback.weight"].normal_(0, 1, generator);
            model.PuzzleEmbedding?.Weights.normal_(0, 1, generator);
        }

        var first = model.call(model.InitialCarry(3), batch);
        var second = model.call(first.Carry, batch);
        second.Logits.to_type(ScalarType.Float32).square().sum().backward();

        var weights = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().to_type(ScalarType.Float64).requires_grad_(true));
        Tensor Wide(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64);
        var (high, low) = (Wide(first.Carry.High), Wide(first.Carry.Low)); // [B, S, D] each
        var prediction = Wide(first.Logits).softmax(-1); // [B, seq_len, V]
        var tokens = weights["embed_tokens.embedding_weight"][batch.Inputs.to_type(ScalarType.Int64)] * Math.Sqrt(config.HiddenSize); // [B, seq_len, D]
        var answer = (high + low).narrow(1, config.PrefixLength, config.SequenceLength) + tokens + prediction.matmul(weights["feedback.weight"].t()); // [B, seq_len, D]
        var logits = answer.matmul(weights["lm_head.weight"].t()); // [B, seq_len, V]
        logits.square().sum().backward();

        var tolerance = dtype == ScalarType.Float32 ? 1e-5 : 3e-2;
        second.Logits.BeCloseTo(logits, tolerance, "logits");
        foreach (var (name, parameter) in model.named_parameters().Where(entry => !entry.name.StartsWith("q_head", StringComparison.Ordinal)))
        {
            parameter.grad!.BeCloseTo(weights[name].grad!, tolerance, name);
        }

        // The prefix gets nothing.
        var prefixState = second.Carry.Low.narrow(1, 0, config.PrefixLength);
        using var without = new HrmModel(config with { PredictionFeedback = false }, new FunctionLevel((_, low) => low), new FunctionLevel((low, injection) => low + injection), generator);
        using (no_grad())
        {
            foreach (var (name, weight) in without.state_dict())
            {
                weight.copy_(model.state_dict()[name]);
            }
        }

        without.call(first.Carry, batch).Carry.Low.narrow(1, 0, config.PrefixLength).Equals(prefixState).Should().BeTrue();
    }

    private static HrmModel New(HrmConfig config)
    {
        using var generator = new Generator(1);
        return new HrmModel(config, generator);
    }
}
