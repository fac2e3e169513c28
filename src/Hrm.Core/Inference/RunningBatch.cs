using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>
/// Puzzles that think together, of which each may come and go at any segment: a row that stops leaves, and whoever comes
/// takes a place with a fresh carry.
/// </summary>
/// <remarks>
/// A row's answer does not depend on the others: bit for bit where products have twelve rows or more and are over 32 values
/// or more (float32, CPU), as those of every preset.
/// The rows are always dense: before a segment the states of those who stayed are gathered and fresh ones added, so no
/// place is computed that nobody uses. That copies two states of each row where somebody came or left: 0.1 to 0.3 % of the
/// time of a segment (D 64 to 512, B 16 and 64, on a CPU), less than one empty place would cost. Tensors exist only while
/// there are rows. For one thread, without gradient.
/// </remarks>
internal sealed class RunningBatch<TRow> : IDisposable
    where TRow : RunningRow
{
    private readonly HrmModel _model;
    private readonly TimeProvider _time;
    private readonly List<TRow> _rows = [];
    private HrmCarry? _carry; // the rows that have run, by their places
    private PuzzleBatch? _batch;
    private bool _hasChanged;

    public RunningBatch(HrmModel model, TimeProvider time)
    {
        _model = model;
        _time = time;
    }

    /// <summary>The puzzles of the next segment.</summary>
    public IReadOnlyList<TRow> Rows => _rows;

    /// <summary>Segments run.</summary>
    public long Segments { get; private set; }

    /// <summary>Segments run, each counted as often as it had rows: what was computed.</summary>
    public long RowSegments { get; private set; }

    /// <summary>Adds a puzzle to the next segment.</summary>
    public void Add(TRow row)
    {
        _rows.Add(row);
        _hasChanged = true;
    }

    /// <summary>Takes puzzles out before the next segment.</summary>
    /// <returns>The number taken out.</returns>
    public int Remove(Predicate<TRow> leaves)
    {
        var removed = _rows.RemoveAll(leaves);
        _hasChanged |= removed > 0;
        if (_rows.Count == 0)
        {
            Free();
        }

        return removed;
    }

    /// <summary>Runs one segment; the rows that stop leave.</summary>
    /// <returns>The rows that ran.</returns>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyList<TRow> RunSegment()
    {
        using var use = _model.Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_hasChanged)
        {
            Gather();
        }

        var before = _carry!;
        var output = _model.call(before, _batch!);
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

    /// <summary>Takes every puzzle out.</summary>
    public void Clear() => Remove(_ => true);

    public void Dispose() => Clear();

    /// <summary>Brings carry and tokens to the rows there are now: those who have run, in order, then those who come.</summary>
    private void Gather()
    {
        using var scope = NewDisposeScope();
        var stayed = _rows.TakeWhile(row => row.HasState).Select(row => (long)row.Place).ToArray();
        var carry = Join(stayed, _rows.Count - stayed.Length);
        _carry?.Dispose();
        _carry = carry.DetachFromDisposeScope();
        for (var place = stayed.Length; place < _rows.Count; place++)
        {
            _rows[place].Noise?.AddTo(_carry, place);
        }

        _batch?.Dispose();
        _batch = PuzzleBatch.Create(
            [.. _rows.SelectMany(row => row.Tokens)],
            [],
            [.. _rows.Select(row => row.PuzzleId)],
            _model.Config.SequenceLength,
            _model.Device);
        var now = _time.GetTimestamp();
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place].Enter(place, now);
        }

        _hasChanged = false;
    }

    private HrmCarry Join(long[] stayed, int newcomers)
    {
        if (newcomers == 0)
        {
            return Stayed(stayed);
        }

        var fresh = _model.InitialCarry(newcomers); // [newcomers, S, D]
        if (stayed.Length == 0)
        {
            return fresh;
        }

        using (fresh)
        {
            var old = Stayed(stayed); // [stayed, S, D]
            return new HrmCarry(cat([old.High, fresh.High]), cat([old.Low, fresh.Low])); // [B, S, D]
        }
    }

    private HrmCarry Stayed(long[] places)
    {
        var index = tensor(places, ScalarType.Int64, _model.Device); // [stayed]
        return new HrmCarry(_carry!.High.index_select(0, index), _carry.Low.index_select(0, index)); // [stayed, S, D]
    }

    private void Finish(HrmOutput output)
    {
        var length = _model.Config.SequenceLength;
        var answers = output.Logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(); // [B, seq_len]
        var qHalt = output.QHalt.cpu().data<float>().ToArray(); // [B]
        var qContinue = output.QContinue.cpu().data<float>().ToArray(); // [B]
        for (var place = 0; place < _rows.Count; place++)
        {
            _rows[place].Finish(answers.AsSpan(place * length, length), qHalt[place], qContinue[place], _time);
        }
    }

    private void SetResiduals(HrmCarry before, HrmCarry after)
    {
        if (!_rows.Any(row => row.KeepsResiduals))
        {
            return;
        }

        var (high, low) = (Change(before.High, after.High), Change(before.Low, after.Low));
        foreach (var row in _rows.Where(row => row.KeepsResiduals))
        {
            row.SetResiduals(high[row.Place], low[row.Place]);
        }
    }

    /// <summary>‖after − before‖ / ‖before‖ of each row.</summary>
    private static float[] Change(Tensor before, Tensor after)
        => StateChange.Of(before, after).Relative.cpu().data<float>().ToArray(); // [B]

    private void KeepLogits(Tensor logits, DisposeScope scope)
    {
        foreach (var row in _rows.Where(row => row.KeepsLogits && row.Reason != HaltReason.None))
        {
            row.Logits = scope.MoveToOuter(logits.select(0, row.Place).clone()); // [seq_len, V]
        }
    }

    private void Free()
    {
        _carry?.Dispose();
        _carry = null;
        _batch?.Dispose();
        _batch = null;
    }
}
