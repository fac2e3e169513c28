using Hrm.Layers.Kernels;

namespace Hrm.Core;

/// <summary>A model on libtorch. Two of one <see cref="HrmModel"/> are equal.</summary>
internal sealed record TorchModel(HrmModel Model) : ISegmentModel
{
    public HrmConfig Config => Model.Config;

    public string Name => Model.Name;

    public HaltingRule Rule => SolverOptions.RuleOf(Model);

    public int DefaultBatches => Model.Device.type == DeviceType.CPU ? get_num_threads() : 1;

    public void Prepare()
    {
        using var use = Model.Use();
        Model.eval();
    }

    public IDisposable Use() => Model.Use();

    public ISegmentRows CreateRows() => new TorchRows(Model);

    public void Dispose() => Model.Dispose();
}

/// <summary>The rows of a running batch on libtorch.</summary>
/// <remarks>
/// The states are gathered when a row joins or leaves: 0.1 to 0.3 % of the time of a segment (D 64 to 512, B 16 and 64, on a CPU), less
/// than one empty place costs. Tensors exist only while there are rows.
/// </remarks>
internal sealed class TorchRows(HrmModel model) : ISegmentRows
{
    /// <summary>Multiplications of a product from which several threads are faster than one.</summary>
    private const long ManyMultiplications = 1 << 26;

    private HrmCarry? _carry; // [B, S, D] each
    private PuzzleBatch? _batch;
    private Tensor? _logits; // [B, seq_len, V]
    private (Thread? Of, int Count) _threads; // libtorch's number, before this class lowers it

    public void Enter(IReadOnlyList<RunningRow> rows)
    {
        using var use = model.Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var stayed = rows.TakeWhile(row => row.HasState).Select(row => (long)row.Place).ToArray();
        var carry = Join(_carry, stayed, rows.Count - stayed.Length);
        for (var place = stayed.Length; place < rows.Count; place++)
        {
            AddNoise(rows[place].Noise, carry.Rows(place, 1));
        }

        var batch = PuzzleBatch.Create([.. rows.SelectMany(row => row.Tokens)], [], [.. rows.Select(row => row.PuzzleId)], model.Config.SequenceLength, model.Device);
        Clear();
        (_carry, _batch) = (carry.DetachFromDisposeScope(), batch);
    }

    public SegmentAnswers Run(bool keepsResiduals, int? batches)
    {
        using var use = model.Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (batches is { } count)
        {
            // Several threads for a small product would wait for each other longer than they compute.
            var multiplications = 2L * _batch!.Size * model.Config.TokenCount * model.Config.HiddenSize * model.Config.InnerWidth; // of the largest product
            _threads = _threads.Of == Thread.CurrentThread ? _threads : (Thread.CurrentThread, get_num_threads());
            KernelThreads.Use(multiplications >= ManyMultiplications ? Math.Max(1, _threads.Count / count) : 1);
        }

        var before = _carry!;
        var output = model.call(before, _batch!);
        _carry = output.Carry.DetachFromDisposeScope();
        _logits?.Dispose();
        _logits = output.Logits.DetachFromDisposeScope();
        using (before)
        {
            return new SegmentAnswers(
                _logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(), // [B, seq_len]
                Floats(output.QHalt), // [B]
                Floats(output.QContinue), // [B]
                keepsResiduals ? (Change(before.High, _carry.High), Change(before.Low, _carry.Low)) : null);
        }
    }

    public float[][] ReadLogits(IReadOnlyList<int> places)
    {
        using var scope = NewDisposeScope();
        var index = tensor(places.Select(place => (long)place).ToArray(), ScalarType.Int64, _logits!.device);
        var values = Floats(_logits.index_select(0, index)); // [places, seq_len, V]
        return [.. values.Chunk(values.Length / places.Count)];
    }

    public void Clear()
    {
        _carry?.Dispose();
        _batch?.Dispose();
        _logits?.Dispose();
        (_carry, _batch, _logits) = (null, null, null);
    }

    public void Dispose() => Clear();

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

    /// <summary>Adds noise to the states of a row, [1, S, D] each, in place.</summary>
    private static void AddNoise(StartNoise? noise, HrmCarry row)
    {
        if (noise is not null)
        {
            var (high, low) = noise.Value.Draw((int)row.High.NumberOfElements);
            row.High.PlusInPlace(tensor(high, row.High.shape).to(row.High.dtype, row.High.device));
            row.Low.PlusInPlace(tensor(low, row.Low.shape).to(row.Low.dtype, row.Low.device));
        }
    }

    private static float[] Change(Tensor before, Tensor after) => Floats(StateChange.Of(before, after).Relative); // [B]

    private static float[] Floats(Tensor values) => values.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
