using Hrm.Benchmarks.Plain;
using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Real 9×9 puzzles, a model with random weights, and the two ways to answer them.</summary>
internal sealed class SolverWorkload : IDisposable
{
    private const int Segments = 2;

    // Equal logits would be rare, nearly equal ones are not: where rounding decides, an answer may differ.
    private const double LeastAgreementFloat32 = 0.999;
    private const double LeastAgreementBFloat16 = 0.9;

    private readonly FloatKind _number;
    private readonly HrmModel _model;
    private readonly HrmSolver _solver;
    private readonly PlainModel _plain;
    private readonly SudokuBatches _batches;
    private readonly int[][] _questions;
    private readonly SegmentRoofline _roofline;
    private readonly object _case;

    public SolverWorkload(TrainingPreset preset, FloatKind number, int puzzles)
    {
        _case = (preset, number, puzzles);
        _number = number;
        var config = TrainingWorkload.Of(preset, number).Config;
        _batches = new SudokuBatches(puzzles, count: 1);
        _questions = [.. _batches.First.Inputs.data<int>().ToArray().Chunk(config.SequenceLength)];
        _model = RandomModel.Create(config);
        _plain = new PlainModel(config, new PlainWeights(_model), GradientMode.OneStep);

        // As a model that is loaded for solving: no weight is cast at a call.
        _model.to(number.ToDtype());
        _solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = Segments, Rule = HaltingRule.Never, MaxBatchSize = puzzles });
        _roofline = new SegmentRoofline(config, puzzles);
    }

    /// <summary>The tokens of the answers, puzzle by puzzle.</summary>
    public int[] Solve()
    {
        var answers = _questions.Select(question => _solver.SolveAsync(question)).ToArray();
        return [.. answers.SelectMany(answer => answer.GetAwaiter().GetResult().Tokens)];
    }

    /// <summary>The same by the plain op sequence.</summary>
    public int[] SolvePlain()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var carry = _model.InitialCarry(_batches.First.Size);
        var output = _plain.Segment(new PlainStates(carry.High, carry.Low), _batches.First.Inputs, _batches.First.PuzzleIds);
        for (var segment = 1; segment < Segments; segment++)
        {
            output = _plain.Segment(output.States, _batches.First.Inputs, _batches.First.PuzzleIds);
        }

        return output.Logits.argmax(-1).to(ScalarType.Int32).data<int>().ToArray(); // [B, seq_len]
    }

    public void RunRoofline()
    {
        for (var segment = 0; segment < Segments; segment++)
        {
            _roofline.Forward();
        }
    }

    /// <summary>Both ways must answer the same, but for ties of rounding.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    public void RequireEqualAnswers() => EqualityProofs.Require(_case, () =>
    {
        var least = _number == FloatKind.F32 ? LeastAgreementFloat32 : LeastAgreementBFloat16;
        var agreement = Solve().Zip(SolvePlain()).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);
        if (agreement < least)
        {
            throw new UnequalResultsException(FormattableString.Invariant($"{_case}: expected at least {least} of the tokens of solver and plain op sequence to agree, got {agreement}"));
        }
    });

    public void Dispose()
    {
        _solver.Dispose();
        _model.Dispose();
        _plain.Dispose();
        _batches.Dispose();
        _roofline.Dispose();
    }
}
