using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Solves puzzles with a trained model, segment by segment, until a halting policy says stop.</summary>
/// <remarks>The model stays the caller's, in evaluation mode. Safe from several threads where the policy is.</remarks>
public sealed class HrmSolver
{
    private readonly HrmModel _model;
    private readonly IHaltingPolicy _halting;

    /// <summary>Creates a solver.</summary>
    /// <param name="model">The model; put into evaluation mode.</param>
    /// <param name="halting">
    /// When to stop, for instance <see cref="FixedHalting"/>; an <see cref="AdaptiveHalting"/> is put into evaluation mode, where
    /// it explores nothing.
    /// </param>
    public HrmSolver(HrmModel model, IHaltingPolicy halting)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(halting);
        _model = model;
        _halting = halting;
        _model.eval();
        (halting as AdaptiveHalting)?.eval();
    }

    /// <summary>Solves a puzzle.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <returns>The answer of the last segment.</returns>
    /// <exception cref="HrmException">The number of tokens or a token does not fit the model.</exception>
    public SegmentAnswer Solve(ReadOnlySpan<int> tokens, int puzzleId = 0) => Trace(tokens, puzzleId)[^1];

    /// <summary>Solves a puzzle and keeps the answer of every segment.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <returns>An answer a segment, in order.</returns>
    /// <exception cref="HrmException">The number of tokens or a token does not fit the model.</exception>
    public IReadOnlyList<SegmentAnswer> Trace(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        if (tokens.Length != _model.Config.SequenceLength)
        {
            throw new ShapeMismatchException(nameof(tokens), $"[{_model.Config.SequenceLength}]", $"[{tokens.Length}]");
        }

        using var noGradient = no_grad();
        using var batch = PuzzleBatch.Create(tokens, [], [puzzleId], tokens.Length, _model.Device);
        var answers = new List<SegmentAnswer>();
        var carry = _model.InitialCarry(1);
        try
        {
            do
            {
                carry = RunSegment(carry, batch, answers);
            }
            while (!answers[^1].IsFinal);

            return answers;
        }
        finally
        {
            carry.Dispose();
        }
    }

    private HrmCarry RunSegment(HrmCarry carry, PuzzleBatch batch, List<SegmentAnswer> answers)
    {
        using var scope = NewDisposeScope();
        var output = _model.call(carry, batch);
        var segment = answers.Count + 1;
        var segments = full([1], segment, ScalarType.Int32, _model.Device); // [1]
        var halted = _halting.Decide(new HaltingState(output.QHalt, output.QContinue, segments)); // [1]
        answers.Add(new SegmentAnswer(
            segment,
            output.Logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(),
            output.QHalt.cpu().item<float>(),
            output.QContinue.cpu().item<float>(),
            halted.cpu().item<bool>() || segment >= _halting.MaxSegments));
        carry.Dispose();
        return output.Carry.DetachFromDisposeScope();
    }
}
