using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class HrmLossTests
{
    [Theory]
    [InlineData(TokenLossKind.Stablemax, true, 1)]
    [InlineData(TokenLossKind.Stablemax, true, 2)]
    [InlineData(TokenLossKind.Stablemax, false, 1)]
    [InlineData(TokenLossKind.Softmax, true, 1)]
    public void Compute_equals_the_sum_over_rows(TokenLossKind kind, bool withTarget, int seed)
    {
        using var scope = NewDisposeScope();
        var segment = new RandomSegment(seed);
        var result = segment.Compute(Loss(kind), segment.Output(), withTarget);
        var expected = segment.Naive(kind, withTarget);
        expected.Metrics[0].Should().BeInRange(1, RandomSegment.Rows - 1);

        // The Q losses are float32, and so is the softmax loss.
        result.Total.ToDouble().Should().BeApproximately(expected.Total, 1e-6 * expected.Total);
        result.Metrics.dtype.Should().Be(ScalarType.Float64);
        result.Metrics.requires_grad.Should().BeFalse();
        var metrics = result.Metrics.data<double>().ToArray();
        metrics[..5].Should().Equal(expected.Metrics[..5], (left, right) => Math.Abs(left - right) < 1e-12);
        metrics[8].Should().Be(0, "there is no auxiliary loss");
        metrics[5..8].Should().Equal(expected.Metrics[5..], (left, right) => Math.Abs(left - right) <= 1e-6 * Math.Abs(right));
    }

    [Fact]
    public void Compute_gradient_of_the_q_values_is_half_of_probability_minus_target_in_every_row()
    {
        using var scope = NewDisposeScope();
        var segment = new RandomSegment(6);
        var output = segment.Output();
        segment.Compute(Loss(TokenLossKind.Stablemax), output, withTarget: true).Total.backward();
        var right = segment.Labels.Select((labels, row) => labels
            .Where((label, token) => label != PuzzleBatch.IgnoredLabel && label != Array.IndexOf(segment.Logits[row][token], segment.Logits[row][token].Max()))
            .Any() ? 0.0 : 1).ToArray();
        right.Should().Contain(0).And.Contain(1);
        right[RandomSegment.Unlabelled].Should().Be(1);
        output.QHalt.grad!.BeCloseTo(0.5 * (output.QHalt.detach().sigmoid() - tensor(right)), 1e-6, "q_halt");
        output.QContinue.grad!.BeCloseTo(0.5 * (output.QContinue.detach().sigmoid() - segment.TargetTensor()), 1e-6, "q_continue");
    }

    [Fact]
    public void Compute_gradient_of_the_logits_is_divided_by_the_labels_of_the_row()
    {
        using var scope = NewDisposeScope();
        var segment = new RandomSegment(7);
        var output = segment.Output();
        segment.Compute(Loss(TokenLossKind.Stablemax), output, withTarget: false).Total.backward();
        var expected = segment.Labels.SelectMany((labels, row) => labels.SelectMany((label, token) => NaiveTokenLoss
            .Gradient(TokenLossKind.Stablemax, segment.Logits[row][token], label)
            .Select(value => value / Math.Max(1, labels.Count(each => each != PuzzleBatch.IgnoredLabel)))));
        output.Logits.grad!.BeCloseTo(tensor(expected.ToArray(), output.Logits.shape), 1e-6, "logits");
        output.Logits.grad![RandomSegment.Unlabelled].count_nonzero().item<long>().Should().Be(0);
    }

    [Theory]
    [InlineData("labels", "[6, 5]", "[6, 4]")]
    [InlineData("segments", "[6]", "[5]")]
    [InlineData("halted", "[6]", "[1]")]
    [InlineData("continueTarget", "[6]", "[6, 1]")]
    public void Compute_wrong_shape_names_the_argument(string argument, string expected, string actual)
    {
        using var scope = NewDisposeScope();
        var segment = new RandomSegment(10);
        var labels = argument == "labels" ? segment.LabelTensor().narrow(1, 0, 4) : segment.LabelTensor();
        var segments = argument == "segments" ? ones(5, ScalarType.Int32) : tensor(segment.Segments);
        var halted = argument == "halted" ? ones(1, ScalarType.Bool) : tensor(segment.Halted);
        var target = argument == "continueTarget" ? segment.TargetTensor().unsqueeze(1) : segment.TargetTensor();
        Loss(TokenLossKind.Stablemax).Invoking(loss => loss.Compute(segment.Output(), labels, segments, halted, target))
            .Should().Throw<ShapeMismatchException>()
            .Which.Should().BeEquivalentTo(new { Argument = argument, Expected = expected, Actual = actual });
    }

    private static HrmLoss Loss(TokenLossKind kind) => HrmTrainer.CreateLoss(new TrainerOptions { TokenLoss = kind });
}
