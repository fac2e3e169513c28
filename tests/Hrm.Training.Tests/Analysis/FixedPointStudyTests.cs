using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class FixedPointStudyTests : IDisposable
{
    private const int Rows = 6;

    private readonly HrmModel _model = TinyModels.Create(seed: 5);
    private readonly InMemoryPuzzleDataset _dataset;

    public FixedPointStudyTests() => _dataset = new HandEvaluation(_model, Rows, 1, seed: 5).Dataset(_ => 1);

    public void Dispose() => _model.Dispose();

    /// <summary>zₖ = z* + aᵏ(z₀ − z*), so ‖zₖ₋₁ − z‖ is aᵏ⁻¹ − aⁿ of the distance from z₀ to z*.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void A_contraction_converges_at_its_rate(double rate)
    {
        const int Updates = 14;
        using var model = Around(new LinearLevel(rate, 0.3));
        var steps = FixedPointStudy.Run(model, _dataset, 1, Updates);
        steps.Select(step => step.Update).Should().Equal(Enumerable.Range(1, Updates));
        steps[0].Distance.Should().BeGreaterThan(0.1, "the carry is far from the fixed point of L");
        var end = Math.Pow(rate, Updates);
        foreach (var step in steps)
        {
            var left = (Math.Pow(rate, step.Update - 1) - end) / (1 - end);
            step.Distance.Should().BeApproximately(left * steps[0].Distance, 1e-5 * steps[0].Distance);
        }
    }

    /// <summary>The next segment starts with the same T updates of L, which the other study measures.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Rows)]
    [InlineData(4, true)]
    public void The_first_updates_are_those_of_the_next_segment_and_filling_rows_do_not_count(int batchSize, bool feedback = false)
    {
        const int Segments = 3;
        using var model = TinyModels.Create(TinyModels.Config with { PredictionFeedback = feedback }, seed: 5);
        var (highCycles, lowCycles) = (model.Config.HighCycles, model.Config.LowCycles);
        using var states = StateStudy.Run(model, _dataset, Segments + 1, Rows);
        var expected = states.Residuals.Skip(Segments * highCycles * (lowCycles + 1)).Take(lowCycles).Select(update => update.Relative);
        var reports = new ProgressList<int>();
        var steps = FixedPointStudy.Run(model, _dataset, Segments, lowCycles, batchSize, reports);
        steps.Zip(expected).Should().HaveCount(lowCycles).And.AllSatisfy(pair =>
        {
            // A product of few rows may be computed in another order.
            pair.Second.Should().BeGreaterThan(1e-3, "the comparison must not be trivial");
            pair.First.Residual.Should().BeApproximately(pair.Second, 1e-4 * pair.Second);
        });
        reports.Should().Equal(Enumerable.Range(1, (Rows + batchSize - 1) / batchSize).Select(batch => Math.Min(batch * batchSize, Rows)));
    }

    [Fact]
    public void States_in_bfloat16_are_measured_in_float32()
    {
        using var model = TinyModels.Create(TinyModels.Config with { ForwardDtype = ScalarType.BFloat16 }, seed: 5);
        FixedPointStudy.Run(model, _dataset, 3, 5).Zip(FixedPointStudy.Run(_model, _dataset, 3, 5)).Should().AllSatisfy(pair =>
        {
            // 8 bits of a value: 2⁻⁸ per update, over a few updates.
            pair.First.Residual.Should().BeApproximately(pair.Second.Residual, 0.03);
            pair.First.Distance.Should().BeApproximately(pair.Second.Distance, 0.03);
        });
    }

    /// <summary>If L returns its argument, freeing the previous state would free the next.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_level_may_return_its_argument(bool returnsState)
    {
        using var model = Around(new GivenLevel(returnsState));
        var steps = FixedPointStudy.Run(model, _dataset, 1, 3);
        steps.Skip(1).Should().OnlyContain(step => step.Residual == 0 && step.Distance == 0);
        (steps[0].Distance == 0).Should().Be(returnsState);
    }

    [Fact]
    public void No_tensor_is_leaked_even_after_a_failure()
    {
        FixedPointStudy.Run(_model, _dataset, 2, 3, 4);
        using var cancelled = new CancellationTokenSource();
        var live = LiveTensors.Count();
        FixedPointStudy.Run(_model, _dataset, 2, 3, 4);
        var failing = () => FixedPointStudy.Run(_model, _dataset, 2, 3, 4, new ProgressList<int>(_ => cancelled.Cancel()), cancelled.Token);
        failing.Should().Throw<OperationCanceledException>();
        Tensor.TotalCount.Should().Be(live);
    }

    /// <summary>The number of live tensors at the last update of L is that at the first: no state is kept.</summary>
    [Fact]
    public void Updates_keep_no_states()
    {
        var low = new LinearLevel(0.5, 0.3);
        using var model = Around(low);
        var live = new List<long>();
        var segment = model.Config.HighCycles * model.Config.LowCycles;
        low.Called = () => live.Add(low.Calls > segment + 1 ? Tensor.TotalCount : 0);
        LiveTensors.Count();
        FixedPointStudy.Run(model, _dataset, 1, 20);
        live.Should().HaveCount(segment + 40);
        live[(segment + 1)..(segment + 20)].Distinct().Should().ContainSingle();
    }

    /// <summary>A segment makes N · T updates of L.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancellation_stops_before_the_next_segment_or_the_next_update_of_L(bool afterSegments)
    {
        var low = new LinearLevel(0.5, 0.3);
        using var model = Around(low);
        using var cancellation = new CancellationTokenSource();
        var segment = model.Config.HighCycles * model.Config.LowCycles;
        var last = afterSegments ? segment + 2 : segment;
        low.Called = () =>
        {
            if (low.Calls == last)
            {
                cancellation.Cancel();
            }
        };
        var running = () => FixedPointStudy.Run(model, _dataset, afterSegments ? 1 : 3, 9, cancellationToken: cancellation.Token);
        running.Should().Throw<OperationCanceledException>();
        low.Calls.Should().Be(last);
    }

    [Theory]
    [InlineData(0, 1, 1, "segments")]
    [InlineData(1, 0, 1, "updates")]
    [InlineData(1, 1, -1, "batchSize")]
    public void A_number_that_is_not_positive_is_rejected(int segments, int updates, int batchSize, string parameter)
        => FluentActions.Invoking(() => FixedPointStudy.Run(_model, _dataset, segments, updates, batchSize))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);

    /// <summary>A model around a low level. Its H returns the injection, which is zL.</summary>
    private static HrmModel Around(nn.Module<Tensor, Tensor, Tensor> low)
    {
        using var generator = new Generator(3);
        return new HrmModel(TinyModels.Config, new GivenLevel(returnsState: false), low, generator);
    }

    /// <summary>L as a contraction, <c>rate · state + share · injection</c>: for a constant injection, each update leaves this rate of the distance.</summary>
    private sealed class LinearLevel(double rate, double share) : nn.Module<Tensor, Tensor, Tensor>(nameof(LinearLevel))
    {
        public int Calls { get; private set; }

        /// <summary>Called before each update.</summary>
        public Action? Called { get; set; }

        public override Tensor forward(Tensor state, Tensor injection)
        {
            Calls++;
            Called?.Invoke();
            using var scope = NewDisposeScope();
            return ((state * rate) + (injection * share)).MoveToOuterDisposeScope(); // [B, S, D]
        }
    }

    /// <summary>A level that returns one of its two arguments.</summary>
    private sealed class GivenLevel(bool returnsState) : nn.Module<Tensor, Tensor, Tensor>(nameof(GivenLevel))
    {
        public override Tensor forward(Tensor state, Tensor injection) => returnsState ? state : injection; // [B, S, D]
    }
}
