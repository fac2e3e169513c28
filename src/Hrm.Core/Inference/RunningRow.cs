using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>One puzzle in a <see cref="RunningBatch{TRow}"/>: what is asked, and what the model thinks so far.</summary>
internal class RunningRow
{
    /// <summary>The place of a row that has not run yet.</summary>
    private const int Nowhere = -1;

    private readonly int[] _answer;

    /// <summary>Creates a row whose tokens and id were checked by <see cref="RequestValidation"/>.</summary>
    public RunningRow(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
    {
        Tokens = tokens;
        PuzzleId = puzzleId;
        MaxSegments = maxSegments;
        Halting = halting;
        _answer = new int[tokens.Length];
    }

    public int[] Tokens { get; }

    public int PuzzleId { get; }

    /// <summary>The number of segments after which the row stops in any case.</summary>
    public int MaxSegments { get; }

    /// <summary>The policy that may stop the row earlier, or <see langword="null"/>.</summary>
    public IHaltingPolicy? Halting { get; }

    /// <summary>Whether the logits of the last segment are wanted.</summary>
    public bool KeepsLogits { get; init; }

    /// <summary>Whether <see cref="HighResidual"/> and <see cref="LowResidual"/> are wanted.</summary>
    public bool KeepsResiduals { get; init; }

    /// <summary>What is added to the initial carry, or <see langword="null"/>.</summary>
    public StartNoise? Noise { get; init; }

    /// <summary>The row's place in the carry, or −1 before its first segment.</summary>
    public int Place { get; private set; } = Nowhere;

    /// <summary>Segments run.</summary>
    public int Segments { get; private set; }

    /// <summary>For how many segments the answer has stayed the same.</summary>
    public int UnchangedSegments { get; private set; }

    /// <summary>The likeliest token at each place after the last segment; overwritten by the next.</summary>
    public ReadOnlySpan<int> Answer => _answer;

    public float QHalt { get; private set; }

    public float QContinue { get; private set; }

    /// <summary>‖zH' − zH‖ / ‖zH‖ of the last segment; NaN where it is not kept.</summary>
    public float HighResidual { get; private set; } = float.NaN;

    /// <summary>‖zL' − zL‖ / ‖zL‖ of the last segment; NaN where it is not kept.</summary>
    public float LowResidual { get; private set; } = float.NaN;

    /// <summary>Why the row stopped; none while it runs.</summary>
    public HaltReason Reason { get; private set; }

    /// <summary>[seq_len, V], forward dtype, of a row that has stopped and keeps them; in the scope of the caller of the segment.</summary>
    public Tensor? Logits { get; set; }

    /// <summary>Whether the row has run, so that the carry holds a state of its own.</summary>
    public bool HasState => Place != Nowhere;

    private long StartedAt { get; set; }

    /// <summary>Takes a place for the next segment.</summary>
    public void Enter(int place, long now)
    {
        StartedAt = HasState ? StartedAt : now;
        Place = place;
    }

    public void SetResiduals(float high, float low)
    {
        HighResidual = high;
        LowResidual = low;
    }

    /// <summary>Takes what a segment gave, and decides.</summary>
    public void Finish(ReadOnlySpan<int> answer, float qHalt, float qContinue, TimeProvider time)
    {
        UnchangedSegments = Segments > 0 && answer.SequenceEqual(_answer) ? UnchangedSegments + 1 : 0;
        Segments++;
        answer.CopyTo(_answer);
        QHalt = qHalt;
        QContinue = qContinue;
        Reason = Halting?.Decide(new SegmentState(Segments, qHalt, qContinue, UnchangedSegments, time.GetElapsedTime(StartedAt))) ?? HaltReason.None;
        if (Reason == HaltReason.None && Segments >= MaxSegments)
        {
            Reason = HaltReason.Maximum;
        }
    }
}

/// <summary>Gaussian noise on the initial carry of one puzzle; the same for a seed wherever the puzzle stands in a batch.</summary>
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

    /// <summary>Drawn on the CPU in float32: other devices and dtypes draw other values.</summary>
    private void Add(Tensor state, Generator generator)
        => state.PlusInPlace(randn(state.shape, ScalarType.Float32, generator: generator).TimesInPlace(Deviation).to(state.dtype, state.device));
}
