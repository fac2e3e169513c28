using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class HrmModelInputTests : IDisposable
{
    private readonly HrmModel _model = TinyModel.Create();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2L, 6L, 16L)]
    [InlineData(3L, 5L, 16L)]
    [InlineData(3L, 6L, 15L)]
    [InlineData]
    public void Forward_rejects_a_carry_of_another_shape(params long[] shape)
    {
        using var puzzles = TinyModel.Batch();
        var good = _model.InitialCarry(3);
        var bad = zeros(shape);
        var got = $"expected [3, 6, 16], got [{string.Join(", ", shape)}].";
        Calling(new HrmCarry(bad, good.Low), puzzles).Throw<ShapeMismatchException>().WithMessage($"carry.High: {got}");
        Calling(new HrmCarry(good.High, bad), puzzles).Throw<ShapeMismatchException>().WithMessage($"carry.Low: {got}");
    }

    [Fact]
    public void Forward_rejects_puzzles_of_another_length()
    {
        using var batch = PuzzleBatch.Create(new int[8], [], [], 4);
        Calling(_model.InitialCarry(2), batch).Throw<ShapeMismatchException>().WithMessage("inputs: expected [B, 5], got [2, 4].");
    }

    [Theory]
    [InlineData(7, 0, 0, "inputs: expected values in 0 … 6, got 7.")]
    [InlineData(0, int.MaxValue, 0, "labels: expected values in 0 … 6, got 2147483647.")]
    [InlineData(0, 0, 3, "puzzleIds: expected values in 0 … 2, got 3.")]
    public void Forward_rejects_values_beyond_the_tables(int token, int label, int id, string message)
    {
        using var batch = PuzzleBatch.Create([0, 1, 2, 3, token], [0, 1, 2, label, -100], [id], 5);
        Calling(_model.InitialCarry(1), batch).Throw<ShapeMismatchException>().WithMessage(message);
    }

    [Fact]
    public void Forward_rejects_values_of_replaced_rows()
    {
        using var good = PuzzleBatch.Create([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], [], [], 5);
        using var bad = PuzzleBatch.Create([0, 1, 2, 3, 4, 0, 1, 2, 3, 9], [], [], 5);
        using var joined = good.ReplaceRows(tensor([false, true]), bad);
        Calling(_model.InitialCarry(2), joined).Throw<ShapeMismatchException>().WithMessage("inputs: expected values in 0 … 6, got 9.");
    }

    [Fact]
    public void ResetCarry_resets_only_the_marked_rows()
    {
        var carry = new HrmCarry(randn(3, 6, 16), randn(3, 6, 16));
        var reset = _model.ResetCarry(carry, tensor([true, false, true]));

        var fresh = _model.InitialCarry(3);
        foreach (var (actual, old, start) in new[] { (reset.High, carry.High, fresh.High), (reset.Low, carry.Low, fresh.Low) })
        {
            actual[0].Equals(start[0]).Should().BeTrue();
            actual[1].Equals(old[1]).Should().BeTrue();
            actual[2].Equals(start[2]).Should().BeTrue();
            old[0].Equals(start[0]).Should().BeFalse("the given carry is not changed");
        }
    }

    [Fact]
    public void ResetCarry_rejects_shapes_that_do_not_fit()
    {
        var carry = _model.InitialCarry(3);
        Resetting(carry, tensor([true, false])).WithMessage("carry.High: expected [2, 6, 16], got [3, 6, 16].");
        Resetting(carry, ones([3, 1], ScalarType.Bool)).WithMessage("rows: expected [B], got [3, 1].");
        Resetting(new HrmCarry(carry.High, zeros(1, 6, 16)), tensor([true, true, true])).WithMessage("carry.Low: expected [3, 6, 16], got [1, 6, 16].");
        Resetting(new HrmCarry(tensor(1f), carry.Low), tensor([true, true, true])).WithMessage("carry.High: expected [3, 6, 16], got [].");
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    private FluentAssertions.Specialized.FunctionAssertions<HrmOutput> Calling(HrmCarry carry, PuzzleBatch batch)
        => FluentActions.Invoking(() => _model.call(carry, batch)).Should();

    private FluentAssertions.Specialized.ExceptionAssertions<ShapeMismatchException> Resetting(HrmCarry carry, Tensor rows)
        => FluentActions.Invoking(() => _model.ResetCarry(carry, rows)).Should().Throw<ShapeMismatchException>();
}
