using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class PuzzleBatchTests
{
    [Fact]
    public void Create_stores_values_row_by_row_and_needs_no_labels_and_ids()
    {
        using var scope = NewDisposeScope();
        using var batch = PuzzleBatch.Create([1, 2, 3, 4, 5, 6], [0, -100, 2, 3, 4, -100], [7, 0], 3);
        batch.Size.Should().Be(2);
        batch.Inputs.Equals(tensor([1, 2, 3, 4, 5, 6], [2, 3])).Should().BeTrue();
        batch.Labels!.Equals(tensor([0, PuzzleBatch.IgnoredLabel, 2, 3, 4, PuzzleBatch.IgnoredLabel], [2, 3])).Should().BeTrue();
        batch.PuzzleIds.Equals(tensor([7, 0])).Should().BeTrue();
        using var plain = PuzzleBatch.Create([1, 2, 3, 4, 5, 6], [], [], 3);
        plain.Labels.Should().BeNull();
        plain.PuzzleIds.Equals(tensor([0, 0])).Should().BeTrue();
    }

    [Fact]
    public void Create_owns_its_tensors_in_any_dispose_scope()
    {
        PuzzleBatch batch;
        using (NewDisposeScope())
        {
            batch = PuzzleBatch.Create([1, 2], [1, 2], [], 2);
        }

        batch.Inputs.IsInvalid.Should().BeFalse();
        batch.Dispose();
        batch.Inputs.IsInvalid.Should().BeTrue();
        batch.Labels!.IsInvalid.Should().BeTrue();
        batch.PuzzleIds.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Create_rejects_counts_that_do_not_match_and_negative_values()
    {
        Rejects([], [], [], "inputs: expected [B · 3], got [0].");
        Rejects(new int[5], [], [], "inputs: expected [B · 3], got [5].");
        Rejects(new int[6], new int[5], [], "labels: expected [6] or nothing, got [5].");
        Rejects(new int[6], [], new int[3], "puzzleIds: expected [2] or nothing, got [3].");
        Rejects([1, 2, 3, 4, 5, -1], new int[6], new int[2], "inputs: row 1, index 2: expected at least 0, got -1.");
        Rejects([1, 2, 3, 4, 5, -100], new int[6], new int[2], "inputs: row 1, index 2: expected at least 0, got -100.");
        Rejects(new int[6], [1, 2, 3, 4, 5, -1], new int[2], "labels: row 1, index 2: expected at least 0, got -1.");
        Rejects(new int[6], [1, 2, 3, 4, 5, int.MinValue], new int[2], "labels: row 1, index 2: expected at least 0, got -2147483648.");
        Rejects(new int[6], new int[6], [0, -1], "puzzleIds: row 1, index 0: expected at least 0, got -1.");

        static void Rejects(int[] inputs, int[] labels, int[] ids, string message)
            => FluentActions.Invoking(() => PuzzleBatch.Create(inputs, labels, ids, 3)).Should().Throw<ShapeMismatchException>().WithMessage(message);
    }

    [Fact]
    public void ReplaceRows_takes_marked_rows_of_the_incoming_batch()
    {
        using var scope = NewDisposeScope();
        using var old = PuzzleBatch.Create([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 2, 3], 2);
        using var incoming = PuzzleBatch.Create([11, 12, 13, 14, 15, 16], [11, 12, -100, 14, 15, 16], [4, 5, 6], 2);
        using var joined = old.ReplaceRows(tensor([false, true, false]), incoming);

        joined.Inputs.Equals(tensor([1, 2, 13, 14, 5, 6], [3, 2])).Should().BeTrue();
        joined.Labels!.Equals(tensor([1, 2, -100, 14, 5, 6], [3, 2])).Should().BeTrue();
        joined.PuzzleIds.Equals(tensor([1, 5, 3])).Should().BeTrue();
        old.Inputs.Equals(tensor([1, 2, 3, 4, 5, 6], [3, 2])).Should().BeTrue("neither batch is changed");
    }

    [Fact]
    public void ReplaceRows_rejects_batches_that_do_not_fit()
    {
        using var scope = NewDisposeScope();
        using var batch = PuzzleBatch.Create([1, 2, 3, 4], [], [], 2);
        using var longer = PuzzleBatch.Create([1, 2, 3, 4, 5, 6], [], [], 3);
        using var labelled = PuzzleBatch.Create([1, 2, 3, 4], [1, 2, 3, 4], [], 2);
        var rows = tensor([true, false]);
        batch.Invoking(it => it.ReplaceRows(tensor([true]), batch)).Should().Throw<ShapeMismatchException>().WithMessage("replaced: expected [2], got [1].");
        batch.Invoking(it => it.ReplaceRows(rows, longer)).Should().Throw<ShapeMismatchException>().WithMessage("incoming: expected [2, 2], got [2, 3].");
        batch.Invoking(it => it.ReplaceRows(rows, labelled)).Should().Throw<ShapeMismatchException>().WithMessage("incoming: expected no labels, got labels.");
        labelled.Invoking(it => it.ReplaceRows(rows, batch)).Should().Throw<ShapeMismatchException>().WithMessage("incoming: expected labels, got no labels.");
    }

    [Fact]
    public void Clone_outlives_the_original()
    {
        using var scope = NewDisposeScope();
        var batch = PuzzleBatch.Create([1, 2, 3, 4], [1, 2, 3, 4], [1, 2], 2);
        using var copy = batch.Clone();
        batch.Dispose();
        copy.Inputs.Equals(tensor([1, 2, 3, 4], [2, 2])).Should().BeTrue();
        copy.Labels!.Equals(tensor([1, 2, 3, 4], [2, 2])).Should().BeTrue();
        copy.PuzzleIds.Equals(tensor([1, 2])).Should().BeTrue();
    }

    [Fact]
    public void Batches_leak_no_tensors()
    {
        using var rows = tensor([true, false]);
        TensorLeak.Check(() =>
        {
            using var batch = PuzzleBatch.Create([1, 2, 3, 4], [1, 2, 3, 4], [], 2);
            using var copy = batch.Clone();
            using var joined = batch.ReplaceRows(rows, copy);
        });
    }
}
