using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class HrmModelInputTests : IDisposable
{
    private readonly HrmModel _model = TinyModel.Create();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Forward_refuses_puzzles_of_another_length()
    {
        using var batch = PuzzleBatch.Create(new int[8], [], [], 4);
        Calling(_model.InitialCarry(2), batch).Throw<ShapeMismatchException>().WithMessage("inputs: expected [B, 5], got [2, 4].");
    }

    [Theory]
    [InlineData(2, 6, 16)]
    [InlineData(3, 5, 16)]
    [InlineData(3, 6, 15)]
    public void Forward_refuses_a_carry_of_another_shape(long batch, long tokens, long width)
    {
        using var puzzles = TinyModel.Batch();
        var good = _model.InitialCarry(3);
        var bad = zeros(batch, tokens, width);
        Calling(new HrmCarry(bad, good.Low), puzzles).Throw<ShapeMismatchException>()
            .WithMessage($"carry.High: expected [3, 6, 16], got [{batch}, {tokens}, {width}].");
        Calling(new HrmCarry(good.High, bad), puzzles).Throw<ShapeMismatchException>()
            .WithMessage($"carry.Low: expected [3, 6, 16], got [{batch}, {tokens}, {width}].");
    }

    [Fact]
    public void Forward_refuses_a_carry_without_axes()
    {
        using var puzzles = TinyModel.Batch();
        Calling(new HrmCarry(tensor(1f), tensor(1f)), puzzles).Throw<ShapeMismatchException>().WithMessage("carry.High: expected [3, 6, 16], got [].");
    }

    [Fact]
    public void Forward_refuses_tokens_beyond_the_vocabulary()
    {
        using var batch = PuzzleBatch.Create([0, 1, 2, 3, 7], [], [], 5);
        Calling(_model.InitialCarry(1), batch).Throw<TokenOutOfRangeException>().WithMessage("inputs: expected values in 0 … 6, got 7.");
    }

    [Fact]
    public void Forward_refuses_labels_beyond_the_vocabulary()
    {
        using var batch = PuzzleBatch.Create([0, 1, 2, 3, 4], [0, 1, 2, int.MaxValue, -100], [], 5);
        Calling(_model.InitialCarry(1), batch).Throw<TokenOutOfRangeException>().WithMessage("labels: expected values in 0 … 6, got 2147483647.");
    }

    [Fact]
    public void Forward_refuses_puzzle_ids_beyond_the_table()
    {
        using var batch = PuzzleBatch.Create([0, 1, 2, 3, 4], [], [3], 5);
        Calling(_model.InitialCarry(1), batch).Throw<TokenOutOfRangeException>().WithMessage("puzzleIds: expected values in 0 … 2, got 3.");
    }

    [Fact]
    public void Forward_refuses_values_that_rows_were_replaced_with()
    {
        using var good = PuzzleBatch.Create([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], [], [], 5);
        using var bad = PuzzleBatch.Create([0, 1, 2, 3, 4, 0, 1, 2, 3, 9], [], [], 5);
        using var joined = good.ReplaceRows(tensor([false, true]), bad);
        Calling(_model.InitialCarry(2), joined).Throw<TokenOutOfRangeException>().WithMessage("inputs: expected values in 0 … 6, got 9.");
    }

    [Fact]
    public void A_refused_call_leaves_the_model_usable()
    {
        using var batch = TinyModel.Batch();
        using var noGradient = no_grad();
        var before = _model.call(_model.InitialCarry(3), batch).Logits;
        Calling(_model.InitialCarry(2), batch).Throw<ShapeMismatchException>();
        _model.call(_model.InitialCarry(3), batch).Logits.Equals(before).Should().BeTrue();
    }

    [Fact]
    public void ResetCarry_starts_marked_rows_anew_and_leaves_the_others()
    {
        var carry = new HrmCarry(randn(3, 6, 16), randn(3, 6, 16));
        var reset = _model.ResetCarry(carry, tensor([true, false, true]));

        var fresh = _model.InitialCarry(3);
        foreach (var (actual, old, start) in new[] { (reset.High, carry.High, fresh.High), (reset.Low, carry.Low, fresh.Low) })
        {
            actual[0].Equals(start[0]).Should().BeTrue();
            actual[1].Equals(old[1]).Should().BeTrue();
            actual[2].Equals(start[2]).Should().BeTrue();
            old[0].Equals(start[0]).Should().BeFalse("the carry that came in is not changed");
        }
    }

    [Fact]
    public void ResetCarry_refuses_shapes_that_do_not_fit()
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
