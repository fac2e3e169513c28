namespace Hrm.Core;

/// <summary>Puzzles that run together. A row that stops leaves the batch; a new row starts at any segment with a fresh carry.</summary>
/// <remarks>
/// A row's answer does not depend on the other rows, except for rounding: a product of another number of rows may add in another order.
/// The rows are always dense: before a segment the states of the remaining rows are gathered and fresh ones appended, so no empty place
/// is computed. For one thread.
/// </remarks>
internal sealed class RunningBatch<TRow>(ISegmentModel model, TimeProvider time) : IDisposable
    where TRow : RunningRow
{
    private readonly List<TRow> _rows = [];
    private readonly ISegmentRows _states = model.CreateRows();
    private bool _hasChanged;

    /// <summary>The rows of the next segment.</summary>
    public IReadOnlyList<TRow> Rows => _rows;

    public long Segments { get; private set; }

    /// <summary>Segments run, each counted once per row in it.</summary>
    public long RowSegments { get; private set; }

    /// <summary>Adds a row to the next segment.</summary>
    public void Add(TRow row)
    {
        _rows.Add(row);
        _hasChanged = true;
    }

    /// <summary>Removes rows before the next segment.</summary>
    /// <returns>The number of removed rows.</returns>
    public int Remove(Predicate<TRow> leaves)
    {
        var removed = _rows.RemoveAll(leaves);
        _hasChanged |= removed > 0;
        if (_rows.Count == 0)
        {
            _states.Clear();
        }

        return removed;
    }

    /// <summary>Runs one segment and removes the rows that stop.</summary>
    /// <param name="batches"><inheritdoc cref="ISegmentRows.Run" path="/param[@name='batches']"/></param>
    /// <returns>The rows that ran.</returns>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyList<TRow> RunSegment(int? batches = null)
    {
        using var use = model.Use(); // also while halting policies run
        if (_hasChanged)
        {
            Enter();
        }

        TRow[] ran = [.. _rows];
        var answers = _states.Run(Array.Exists(ran, row => row.KeepsResiduals), batches);
        var length = model.Config.SequenceLength;
        for (var place = 0; place < ran.Length; place++)
        {
            if (ran[place].KeepsResiduals)
            {
                ran[place].Residuals = (answers.Residuals!.Value.High[place], answers.Residuals.Value.Low[place]);
            }

            ran[place].Finish(answers.Tokens.AsSpan(place * length, length), answers.QHalt[place], answers.QContinue[place], time);
        }

        KeepLogits(Array.FindAll(ran, row => row.KeepsLogits && row.Reason != HaltReason.None));
        Segments++;
        RowSegments += ran.Length;
        Remove(row => row.Reason != HaltReason.None);
        return ran;
    }

    public void Clear() => Remove(_ => true);

    public void Dispose() => Clear();

    private void Enter()
    {
        _states.Enter(_rows);
        var now = time.GetTimestamp();
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place].Enter(place, now);
        }

        _hasChanged = false;
    }

    private void KeepLogits(TRow[] stopped)
    {
        if (stopped.Length > 0)
        {
            var logits = _states.ReadLogits([.. stopped.Select(row => row.Place)]);
            for (var i = 0; i < stopped.Length; i++)
            {
                stopped[i].Logits = logits[i];
            }
        }
    }
}

/// <summary>One puzzle in a <see cref="RunningBatch{TRow}"/> and its results so far. <see cref="SolverRequest.Require"/> has checked its tokens and id.</summary>
internal class RunningRow(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
{
    /// <summary>The index of a row that has not run yet.</summary>
    private const int Nowhere = -1;

    private readonly int[] _answer = new int[tokens.Length];

    public int[] Tokens { get; } = tokens;

    public int PuzzleId { get; } = puzzleId;

    /// <summary>Whether to keep the logits of the last segment.</summary>
    public bool KeepsLogits { get; init; }

    public bool KeepsResiduals { get; init; }

    /// <summary>The noise on the initial states, or <see langword="null"/>.</summary>
    public StartNoise? Noise { get; init; }

    /// <summary>The row's index in the batch, or −1 before its first segment.</summary>
    public int Place { get; private set; } = Nowhere;

    public int Segments { get; private set; }

    /// <summary>The number of segments since the prediction last changed.</summary>
    public int UnchangedSegments { get; private set; }

    /// <summary>The prediction of the last segment: the most likely token at each position. The next segment overwrites it.</summary>
    public ReadOnlySpan<int> Answer => _answer;

    public float QHalt { get; private set; }

    public float QContinue { get; private set; }

    /// <summary>The relative changes of zH and zL over the last segment, see <see cref="StateChange"/>; NaN if they are not computed.</summary>
    public (float High, float Low) Residuals { get; set; } = (float.NaN, float.NaN);

    /// <summary>The reason why the row stopped; none while it runs.</summary>
    public HaltReason Reason { get; private set; }

    /// <summary>The logits of a stopped row that keeps them, [seq_len · V].</summary>
    public float[]? Logits { get; set; }

    /// <summary>Whether the batch holds a state of the row.</summary>
    public bool HasState => Place != Nowhere;

    private long StartedAt { get; set; }

    /// <summary>Sets the index for the next segment.</summary>
    public void Enter(int place, long now)
    {
        StartedAt = HasState ? StartedAt : now;
        Place = place;
    }

    /// <summary>Stores the results of a segment and decides whether the row stops.</summary>
    public void Finish(ReadOnlySpan<int> answer, float qHalt, float qContinue, TimeProvider time)
    {
        UnchangedSegments = Segments > 0 && answer.SequenceEqual(_answer) ? UnchangedSegments + 1 : 0;
        Segments++;
        answer.CopyTo(_answer);
        QHalt = qHalt;
        QContinue = qContinue;
        Reason = halting?.Decide(new SegmentState(Segments, qHalt, qContinue, UnchangedSegments, time.GetElapsedTime(StartedAt))) ?? HaltReason.None;
        if (Reason == HaltReason.None && Segments >= maxSegments)
        {
            Reason = HaltReason.Maximum;
        }
    }
}
