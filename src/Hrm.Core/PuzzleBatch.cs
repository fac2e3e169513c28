using System.Runtime.InteropServices;

namespace Hrm.Core;

/// <summary>The input of a model: B puzzles as tokens, with their labels (in training) and puzzle ids.</summary>
/// <remarks>Has one owner, which disposes it. Values beyond a model's tables are found without reading from the device.</remarks>
public sealed class PuzzleBatch : IDisposable
{
    /// <summary>The label of a token that the loss ignores.</summary>
    public const int IgnoredLabel = -100;

    private PuzzleBatch(Tensor inputs, Tensor? labels, Tensor puzzleIds, BatchLimits limits)
    {
        Inputs = inputs;
        Labels = labels;
        PuzzleIds = puzzleIds;
        Limits = limits;
    }

    /// <summary>The tokens, [B, seq_len], int32.</summary>
    public Tensor Inputs { get; }

    /// <summary>The labels, [B, seq_len], int32, <see cref="IgnoredLabel"/> for ignored tokens; <see langword="null"/> in inference.</summary>
    public Tensor? Labels { get; }

    /// <summary>The puzzle ids, [B], int32.</summary>
    public Tensor PuzzleIds { get; }

    /// <summary>B, the number of rows.</summary>
    public long Size => Inputs.size(0);

    internal BatchLimits Limits { get; }

    /// <summary>Creates a batch from values in memory.</summary>
    /// <param name="inputs">B · seq_len tokens, row by row, each at least 0.</param>
    /// <param name="labels">As many labels, each at least 0 or <see cref="IgnoredLabel"/>; empty in inference.</param>
    /// <param name="puzzleIds">B puzzle ids, each at least 0; empty for id 0 in every row.</param>
    /// <param name="sequenceLength">seq_len.</param>
    /// <param name="device">The device of the tensors; the CPU by default.</param>
    /// <exception cref="ShapeMismatchException">The numbers of values do not match; A value is negative.</exception>
    public static PuzzleBatch Create(
        ReadOnlySpan<int> inputs,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<int> puzzleIds,
        int sequenceLength,
        Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequenceLength);
        var rows = inputs.Length / sequenceLength;
        if (inputs.Length == 0 || inputs.Length % sequenceLength != 0)
        {
            throw new ShapeMismatchException(nameof(inputs), $"[B · {sequenceLength}]", $"[{inputs.Length}]");
        }

        RequireLength(nameof(labels), labels, inputs.Length);
        RequireLength(nameof(puzzleIds), puzzleIds, rows);
        var limits = BatchLimits.Of(inputs, labels, puzzleIds, sequenceLength);
        var tokens = ToDevice(inputs, [rows, sequenceLength], device);
        var targets = labels.IsEmpty ? null : ToDevice(labels, [rows, sequenceLength], device);
        var ids = ToDevice(puzzleIds.IsEmpty ? new int[rows] : puzzleIds, [rows], device);
        return new PuzzleBatch(tokens, targets, ids, limits);
    }

    /// <summary>Replaces the marked rows by those of another batch.</summary>
    /// <param name="replaced">[B], bool: the rows to replace.</param>
    /// <param name="incoming">A batch of the same shape.</param>
    /// <exception cref="ShapeMismatchException">The shapes differ, or only one has labels.</exception>
    public PuzzleBatch ReplaceRows(Tensor replaced, PuzzleBatch incoming)
    {
        ArgumentNullException.ThrowIfNull(replaced);
        ArgumentNullException.ThrowIfNull(incoming);
        ShapeGuard.Require(replaced, nameof(replaced), Size);
        ShapeGuard.Require(incoming.Inputs, nameof(incoming), Size, Inputs.size(1));
        if (Labels is null != incoming.Labels is null)
        {
            throw new ShapeMismatchException(nameof(incoming), Labels is null ? "no labels" : "labels", incoming.Labels is null ? "no labels" : "labels");
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = replaced.unsqueeze(1); // [B, 1]
        return new PuzzleBatch(
            where(rows, incoming.Inputs, Inputs).DetachFromDisposeScope(),
            Labels is null ? null : where(rows, incoming.Labels!, Labels).DetachFromDisposeScope(),
            where(replaced, incoming.PuzzleIds, PuzzleIds).DetachFromDisposeScope(),
            Limits.Join(incoming.Limits));
    }

    /// <summary>Returns some rows as views in the caller's dispose scope.</summary>
    internal PuzzleBatch Rows(long first, long count) => new(
        Inputs.narrow(0, first, count), // [count, seq_len]
        Labels?.narrow(0, first, count), // [count, seq_len]
        PuzzleIds.narrow(0, first, count), // [count]
        Limits);

    /// <summary>A copy that owns its tensors.</summary>
    public PuzzleBatch Clone() => new(
        Inputs.clone().DetachFromDisposeScope(),
        Labels?.clone().DetachFromDisposeScope(),
        PuzzleIds.clone().DetachFromDisposeScope(),
        Limits);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Labels?.Dispose();
        PuzzleIds.Dispose();
    }

    private static void RequireLength(string argument, ReadOnlySpan<int> values, int expected)
    {
        if (!values.IsEmpty && values.Length != expected)
        {
            throw new ShapeMismatchException(argument, $"[{expected}] or nothing", $"[{values.Length}]");
        }
    }

    private static Tensor ToDevice(ReadOnlySpan<int> values, long[] shape, Device? device)
    {
        // A tensor made from an array would copy the values twice more: hundreds of kilobytes of garbage per batch.
        using var scope = NewDisposeScope();
        var host = empty(shape, ScalarType.Int32, CPU);
        MemoryMarshal.AsBytes(values).CopyTo(host.bytes);
        return DeviceTransfer.Send(host, device ?? CPU).DetachFromDisposeScope();
    }
}

/// <summary>The largest token, label and puzzle id of a batch.</summary>
internal readonly record struct BatchLimits(int MaxToken, int MaxLabel, int MaxPuzzleId)
{
    public static BatchLimits Of(ReadOnlySpan<int> inputs, ReadOnlySpan<int> labels, ReadOnlySpan<int> puzzleIds, int sequenceLength)
        => new(
            Largest("inputs", inputs, sequenceLength, ignored: 0),
            Largest("labels", labels, sequenceLength, PuzzleBatch.IgnoredLabel),
            Largest("puzzleIds", puzzleIds, 1, ignored: 0));

    public BatchLimits Join(BatchLimits other) => new(
        Math.Max(MaxToken, other.MaxToken),
        Math.Max(MaxLabel, other.MaxLabel),
        Math.Max(MaxPuzzleId, other.MaxPuzzleId));

    public void RequireWithin(HrmConfig config)
    {
        Require("inputs", MaxToken, config.VocabularySize);
        Require("labels", MaxLabel, config.VocabularySize);
        Require("puzzleIds", MaxPuzzleId, config.PuzzleIdCount);
    }

    private static void Require(string argument, int largest, int count)
    {
        if (largest >= count)
        {
            throw new ShapeMismatchException(argument, $"values in 0 … {count - 1}", $"{largest}");
        }
    }

    private static int Largest(string argument, ReadOnlySpan<int> values, int rowLength, int ignored)
    {
        var largest = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (value < 0 && value != ignored)
            {
                throw new ShapeMismatchException($"{argument}: row {i / rowLength}, index {i % rowLength}", "at least 0", $"{value}");
            }

            largest = Math.Max(largest, value);
        }

        return largest;
    }
}
