namespace Hrm.Core;

/// <summary>Puzzles that run together. A row that stops leaves the batch; a new row starts at any segment with a fresh carry.</summary>
/// <remarks>
/// A row's answer does not depend on the other rows, except for rounding: a product of another number of rows may add in another order.
/// The rows are always dense: before a segment the states of the remaining rows are gathered and fresh ones appended, so no empty place
/// is computed. The gather copies two states per row when a row joins or leaves: 0.1 to 0.3 % of the time of a segment (D 64 to 512,
/// B 16 and 64, on a CPU), less than one empty place costs. Tensors exist only while there are rows. For one thread, without gradient.
/// </remarks>
internal sealed class RunningBatch<TRow>(HrmModel model, TimeProvider time) : IDisposable
    where TRow : RunningRow
{
    private readonly List<TRow> _rows = [];
    private HrmCarry? _carry; // the rows that have run, by their index
    private PuzzleBatch? _batch;
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
            _carry?.Dispose();
            _carry = null;
            _batch?.Dispose();
            _batch = null;
        }

        return removed;
    }

    /// <summary>Runs one segment and removes the rows that stop.</summary>
    /// <returns>The rows that ran.</returns>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyList<TRow> RunSegment()
    {
        using var use = model.Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_hasChanged)
        {
            Gather();
        }

        var before = _carry!;
        var output = model.call(before, _batch!);
        _carry = output.Carry.DetachFromDisposeScope();
        using (before)
        {
            SetResiduals(before, _carry);
        }

        TRow[] ran = [.. _rows];
        Finish(output);
        KeepLogits(output.Logits, scope);
        Segments++;
        RowSegments += ran.Length;
        Remove(row => row.Reason != HaltReason.None);
        return ran;
    }

    public void Clear() => Remove(_ => true);

    public void Dispose() => Clear();

    /// <summary>Rebuilds carry and batch for the current rows: first those that have run, in order, then the new ones.</summary>
    private void Gather()
    {
        using var scope = NewDisposeScope();
        var stayed = _rows.TakeWhile(row => row.HasState).Select(row => (long)row.Place).ToArray();
        var before = _carry;
        _carry = Join(before, stayed, _rows.Count - stayed.Length).DetachFromDisposeScope();
        before?.Dispose();
        for (var place = stayed.Length; place < _rows.Count; place++)
        {
            _rows[place].Noise?.AddTo(_carry, place);
        }

        _batch?.Dispose();
        _batch = PuzzleBatch.Create(
            [.. _rows.SelectMany(row => row.Tokens)],
            [],
            [.. _rows.Select(row => row.PuzzleId)],
            model.Config.SequenceLength,
            model.Device);
        var now = time.GetTimestamp();
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place].Enter(place, now);
        }

        _hasChanged = false;
    }

    /// <summary>The states of the rows that stayed, then those of the newcomers.</summary>
    private HrmCarry Join(HrmCarry? carry, long[] stayed, int newcomers)
    {
        if (stayed.Length == 0)
        {
            return model.InitialCarry(newcomers); // [newcomers, S, D]
        }

        var index = tensor(stayed, ScalarType.Int64, model.Device); // [stayed]
        var old = new HrmCarry(carry!.High.index_select(0, index), carry.Low.index_select(0, index)); // [stayed, S, D]
        if (newcomers == 0)
        {
            return old;
        }

        using var fresh = model.InitialCarry(newcomers); // [newcomers, S, D]
        return new HrmCarry(cat([old.High, fresh.High]), cat([old.Low, fresh.Low])); // [B, S, D]
    }

    private void Finish(HrmOutput output)
    {
        var length = model.Config.SequenceLength;
        var answers = output.Logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(); // [B, seq_len]
        var qHalt = output.QHalt.cpu().data<float>().ToArray(); // [B]
        var qContinue = output.QContinue.cpu().data<float>().ToArray(); // [B]
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place].Finish(answers.AsSpan(place * length, length), qHalt[place], qContinue[place], time);
        }
    }

    private void SetResiduals(HrmCarry before, HrmCarry after)
    {
        if (!_rows.Any(row => row.KeepsResiduals))
        {
            return;
        }

        var high = StateChange.Of(before.High, after.High).Relative.cpu().data<float>().ToArray(); // [B]
        var low = StateChange.Of(before.Low, after.Low).Relative.cpu().data<float>().ToArray(); // [B]
        foreach (var row in _rows.Where(row => row.KeepsResiduals))
        {
            row.Residuals = (high[row.Place], low[row.Place]);
        }
    }

    private void KeepLogits(Tensor logits, DisposeScope scope)
    {
        foreach (var row in _rows.Where(row => row.KeepsLogits && row.Reason != HaltReason.None))
        {
            row.Logits = scope.MoveToOuter(logits.select(0, row.Place).clone()); // [seq_len, V]
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

    /// <summary>The noise on the initial carry, or <see langword="null"/>.</summary>
    public StartNoise? Noise { get; init; }

    /// <summary>The row's index in the carry, or −1 before its first segment.</summary>
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

    /// <summary>The logits of a stopped row that keeps them, [seq_len, V], forward dtype; in the dispose scope of the segment's caller.</summary>
    public Tensor? Logits { get; set; }

    /// <summary>Whether the carry holds a state of the row.</summary>
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

/// <summary>Gaussian noise on the initial carry of one puzzle; it depends only on the seed, not on the row of the puzzle.</summary>
internal readonly record struct StartNoise(double Deviation, long Seed)
{
    /// <summary>Adds the noise to a row of a carry, in place.</summary>
    public void AddTo(HrmCarry carry, int row)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        Add(carry.High.select(0, row), generator); // [S, D]
        Add(carry.Low.select(0, row), generator); // [S, D]
    }

    /// <summary>Draws on the CPU in float32, because other devices and dtypes draw other values.</summary>
    private void Add(Tensor state, Generator generator)
        => state.PlusInPlace(randn(state.shape, ScalarType.Float32, generator: generator).TimesInPlace(Deviation).to(state.dtype, state.device));
}
