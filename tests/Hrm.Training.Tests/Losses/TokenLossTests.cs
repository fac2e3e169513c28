using Hrm.Core;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The same matrix for every token loss: shapes, masks, dtypes; values and gradients against the naive formula.</summary>
public sealed class TokenLossTests
{
    private const int Ignored = PuzzleBatch.IgnoredLabel;
    private const int Vocabulary = 7;

    public static TheoryData<TokenLossKind> Losses() => [TokenLossKind.Stablemax, TokenLossKind.Softmax];

    /// <summary>Bfloat16 logits are often exactly 1, where stablemax's branch for negative values divides by its ε.</summary>
    public static TheoryData<string> Cases() =>
        ["one token", "one row", "a batch", "some ignored", "a row ignored", "all ignored", "large logits", "logits of ±1", "three axes"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_the_naive_formula(string which)
    {
        // Softmax uses float32 (6e-8 per rounding); stablemax uses float64, where the error is that of the difference quotient.
        Check(TokenLossKind.Softmax, ScalarType.Float32, 5e-7, 1e-6);
        Check(TokenLossKind.Stablemax, ScalarType.Float64, 1e-13, 1e-8);

        void Check(TokenLossKind kind, ScalarType dtype, double valueTolerance, double gradientTolerance)
        {
            using var scope = NewDisposeScope();
            var (values, labels, shape) = Case(which);
            var logits = Logits(values, shape, ScalarType.Float64);
            using var loss = Create(kind);
            var actual = loss.call(logits, tensor(labels, shape, ScalarType.Int32));
            actual.sum().backward();
            actual.dtype.Should().Be(dtype);
            actual.detach().BeCloseTo(tensor(NaiveValues(kind, values, labels), shape), valueTolerance, $"{kind}, {which}");
            logits.grad!.BeCloseTo(tensor(NaiveGradient(kind, values, labels), [.. shape, Vocabulary]), gradientTolerance, $"{kind}, {which}: gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Bfloat16_logits_are_converted_before_the_computation(TokenLossKind kind)
    {
        using var scope = NewDisposeScope();
        var (values, labels, shape) = Case("some ignored");
        var logits = Logits(values, shape, ScalarType.BFloat16);
        var rounded = logits.detach().to_type(ScalarType.Float64).data<double>().ToArray();
        using var loss = Create(kind);
        var actual = loss.call(logits, tensor(labels, shape, ScalarType.Int32));
        actual.sum().backward();
        actual.detach().BeCloseTo(tensor(NaiveValues(kind, rounded, labels), shape), 5e-7, $"{kind}");

        // The gradient has the dtype of the logits: 8 bits.
        logits.grad!.dtype.Should().Be(ScalarType.BFloat16);
        logits.grad!.BeCloseTo(tensor(NaiveGradient(kind, rounded, labels), [.. shape, Vocabulary]), 4e-3, $"{kind}: gradient");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void An_ignored_token_has_no_gradient_for_any_logits(TokenLossKind kind)
    {
        using var scope = NewDisposeScope();
        var values = new double[2 * Vocabulary];
        Array.Fill(values, 1e30, 0, Vocabulary);
        var logits = Logits(values, [2], ScalarType.Float32);
        using var loss = Create(kind);
        loss.call(logits, tensor(new[] { Ignored, 3 })).sum().backward();
        logits.grad![0].count_nonzero().item<long>().Should().Be(0);
        logits.grad![1].isfinite().all().item<bool>().Should().BeTrue();
        logits.grad![1].count_nonzero().item<long>().Should().Be(Vocabulary);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Wrong_shapes_are_rejected_with_both_shapes(TokenLossKind kind)
    {
        using var scope = NewDisposeScope();
        using var loss = Create(kind);
        Rejection([2, 3, Vocabulary], [2, 4]).WithMessage("labels: expected [2, 3], got [2, 4].");
        Rejection([2, 3, Vocabulary], [1, 3]).WithMessage("labels: expected [2, 3], got [1, 3].");
        Rejection([2, 3, Vocabulary], [2, 3, Vocabulary]).WithMessage("labels: expected [2, 3], got [2, 3, 7].");
        Rejection([Vocabulary], [1]).WithMessage("labels: expected [], got [1].");
        Rejection([], []).WithMessage("logits: *");

        FluentAssertions.Specialized.ExceptionAssertions<ShapeMismatchException> Rejection(long[] logits, long[] labels)
            => loss.Invoking(it => it.call(zeros(logits), zeros(labels, ScalarType.Int32))).Should().Throw<ShapeMismatchException>();
    }

    private static nn.Module<Tensor, Tensor, Tensor> Create(TokenLossKind kind)
        => kind == TokenLossKind.Softmax ? new SoftmaxCrossEntropy() : new StablemaxCrossEntropy();

    private static Tensor Logits(double[] values, long[] shape, ScalarType dtype)
        => tensor(values, [.. shape, Vocabulary]).to_type(dtype).requires_grad_(true);

    private static (double[] Values, int[] Labels, long[] Shape) Case(string which)
    {
        long[] shape = which switch
        {
            "one token" => [],
            "one row" => [5],
            "three axes" => [2, 3, 2],
            _ => [3, 4],
        };
        var largest = which == "large logits" ? 1e4 : 4;
        var random = new Random(which.Length);
        var tokens = (int)shape.Aggregate(1L, (left, right) => left * right);
        var values = Enumerable.Range(0, tokens * Vocabulary).Select(_ => largest * ((2 * random.NextDouble()) - 1)).ToArray();
        values = which == "logits of ±1" ? [.. values.Select(value => (double)Math.Sign(value))] : values;
        var labels = Enumerable.Range(0, tokens).Select(token => which switch
        {
            "all ignored" => Ignored,
            "a row ignored" when token < 4 => Ignored,
            "some ignored" when token % 3 == 1 => Ignored,
            _ => random.Next(Vocabulary),
        }).ToArray();
        return (values, labels, shape);
    }

    private static double[] NaiveValues(TokenLossKind kind, double[] values, int[] labels)
        => [.. labels.Select((label, token) => NaiveTokenLoss.Of(kind, Row(values, token), label))];

    private static double[] NaiveGradient(TokenLossKind kind, double[] values, int[] labels)
        => [.. labels.SelectMany((label, token) => NaiveTokenLoss.Gradient(kind, Row(values, token), label))];

    private static double[] Row(double[] values, int token) => values[(token * Vocabulary)..((token + 1) * Vocabulary)];
}
