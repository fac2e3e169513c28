using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class FixedPointStudyTests : IDisposable
{
    private const int Rows = 6;
    private const int Segments = 3;
    private const int Updates = 5;

    private readonly WatchedLevel _low;
    private readonly HrmModel _model;
    private readonly InMemoryPuzzleDataset _dataset;

    public FixedPointStudyTests()
    {
        (_model, _low) = Watched(TinyModels.Config);
        _dataset = new HandEvaluation(_model, Rows, 1, seed: 5).Dataset(_ => 1);
    }

    public void Dispose() => _model.Dispose();

    /// <summary>zₖ = z* + aᵏ(z₀ − z*), so ‖zₖ₋₁ − z‖ is aᵏ⁻¹ − aⁿ of what it would be from z₀ to z*.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void A_contraction_converges_at_its_rate(double rate)
    {
        const int Long = 14;
        using var model = Around(new LinearLevel(rate, 0.3));
        var steps = FixedPointStudy.Run(model, _dataset, 1, Long);
        steps.Select(step => step.Update).Should().Equal(Enumerable.Range(1, Long));
        steps[0].Distance.Should().BeGreaterThan(0.1, "the carry is far from where L settles");
        var end = Math.Pow(rate, Long);
        foreach (var step in steps)
        {
            var left = (Math.Pow(rate, step.Update - 1) - end) / (1 - end);
            step.Distance.Should().BeApproximately(left * steps[0].Distance, 1e-5 * steps[0].Distance);
        }
    }

    /// <summary>Without an injection z* is zero, and every update takes the same share of the state away.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.25)]
    public void A_residual_is_relative_to_the_state_before(double rate)
    {
        using var model = Around(new LinearLevel(rate, 0));
        FixedPointStudy.Run(model, _dataset, 1, Updates).Should().AllSatisfy(step => step.Residual.Should().BeApproximately(1 - rate, 1e-5));
    }

    /// <summary>Against a plain loop over one example at a time, which keeps every state.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Rows)]
    public void Steps_are_those_of_a_plain_loop_and_filling_rows_do_not_count(int batchSize)
    {
        var expected = ByHand();
        var reports = new Reports();
        var steps = FixedPointStudy.Run(_model, _dataset, Segments, Updates, batchSize, reports);
        steps.Should().HaveCount(Updates);
        steps.Zip(expected).Should().AllSatisfy(pair =>
        {
            // A product of few rows may be computed in another order.
            pair.First.Update.Should().Be(pair.Second.Update);
            pair.First.Residual.Should().BeApproximately(pair.Second.Residual, 1e-4 * pair.Second.Residual);
            pair.First.Distance.Should().BeApproximately(pair.Second.Distance, 1e-4 * pair.Second.Distance);
        });
        expected.Select(step => step.Residual).Should().OnlyContain(residual => residual > 1e-3, "the comparison must see something");
        reports.Done.Should().Equal(Enumerable.Range(1, (Rows + batchSize - 1) / batchSize).Select(batch => Math.Min(batch * batchSize, Rows)));
    }

    [Fact]
    public void States_in_bfloat16_are_measured_in_float32()
    {
        using var model = Watched(TinyModels.Config with { ForwardDtype = ScalarType.BFloat16 }).Model;
        var steps = FixedPointStudy.Run(model, _dataset, Segments, Updates);
        steps.Zip(ByHand()).Should().AllSatisfy(pair =>
        {
            // 8 bits of a value: 2⁻⁸ an update, over a few updates.
            pair.First.Residual.Should().BeApproximately(pair.Second.Residual, 0.03);
            pair.First.Distance.Should().BeApproximately(pair.Second.Distance, 0.03);
        });
    }

    /// <summary>If L returns its argument, freeing the state before would free the next.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_level_may_return_its_argument(bool givesState)
    {
        using var model = Around(new GivenLevel(givesState));
        var steps = FixedPointStudy.Run(model, _dataset, 1, 3);
        steps.Skip(1).Should().OnlyContain(step => step.Residual == 0 && step.Distance == 0);
        if (givesState)
        {
            steps[0].Should().Be(new FixedPointStep(1, 0, 0));
        }
        else
        {
            steps[0].Distance.Should().BePositive();
        }
    }

    [Fact]
    public void A_listener_receives_the_updates_of_the_segments_and_is_kept()
    {
        var heard = 0;
        Action<RecurrenceUpdate> listener = _ => heard++;
        _model.Recurrence.Updated = listener;
        FixedPointStudy.Run(_model, _dataset, Segments, Updates, 4);
        _model.Recurrence.Updated.Should().BeSameAs(listener);
        heard.Should().Be(2 * Segments * _model.Config.HighCycles * (_model.Config.LowCycles + 1));
    }

    [Fact]
    public void No_tensor_is_leaked_even_after_a_failure()
    {
        FixedPointStudy.Run(_model, _dataset, 2, 3, 4);
        using var cancelled = new CancellationTokenSource();
        var live = LiveTensors.Count();
        FixedPointStudy.Run(_model, _dataset, 2, 3, 4);
        var failing = () => FixedPointStudy.Run(_model, _dataset, 2, 3, 4, new Reports(_ => cancelled.Cancel()), cancelled.Token);
        failing.Should().Throw<OperationCanceledException>();
        Tensor.TotalCount.Should().Be(live);
    }

    /// <summary>The number of live tensors at the last update of L alone is that at the first: no state is kept.</summary>
    [Fact]
    public void Updates_keep_no_states()
    {
        var low = new LinearLevel(0.5, 0.3);
        using var model = Around(low);
        var live = new List<long>();
        var thinking = model.Config.HighCycles * model.Config.LowCycles;
        low.Called = () => live.Add(low.Calls > thinking + 1 ? Tensor.TotalCount : 0);
        LiveTensors.Count();
        FixedPointStudy.Run(model, _dataset, 1, 20);
        live.Should().HaveCount(thinking + 40);
        live[(thinking + 1)..(thinking + 20)].Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Cancellation_stops_before_the_next_segment()
    {
        var low = new LinearLevel(0.5, 0.3);
        using var model = Around(low);
        using var cancellation = new CancellationTokenSource();
        low.Called = cancellation.Cancel;
        Running(() => FixedPointStudy.Run(model, _dataset, 3, 3, cancellationToken: cancellation.Token)).Throw<OperationCanceledException>();
        low.Calls.Should().Be(model.Config.HighCycles * model.Config.LowCycles);
        Running(() => FixedPointStudy.Run(model, _dataset, 3, 3, cancellationToken: cancellation.Token)).Throw<OperationCanceledException>();
        low.Calls.Should().Be(model.Config.HighCycles * model.Config.LowCycles, "nothing runs where it was cancelled before");
    }

    [Fact]
    public void Cancellation_stops_before_the_next_update_of_L()
    {
        var low = new LinearLevel(0.5, 0.3);
        using var model = Around(low);
        using var cancellation = new CancellationTokenSource();
        var thinking = model.Config.HighCycles * model.Config.LowCycles;
        low.Called = () =>
        {
            if (low.Calls == thinking + 2)
            {
                cancellation.Cancel();
            }
        };
        Running(() => FixedPointStudy.Run(model, _dataset, 1, 9, cancellationToken: cancellation.Token)).Throw<OperationCanceledException>();
        low.Calls.Should().Be(thinking + 2);
    }

    [Theory]
    [InlineData(0, 1, 1, "segments")]
    [InlineData(1, 0, 1, "updates")]
    [InlineData(1, 1, -1, "batchSize")]
    public void A_number_that_is_not_positive_is_rejected(int segments, int updates, int batchSize, string parameter)
        => Running(() => FixedPointStudy.Run(_model, _dataset, segments, updates, batchSize)).Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);

    private static FluentAssertions.Specialized.FunctionAssertions<IReadOnlyList<FixedPointStep>> Running(Func<IReadOnlyList<FixedPointStep>> run) => run.Should();

    /// <summary>A model around a low level; its H takes over what L gives.</summary>
    private static HrmModel Around(nn.Module<Tensor, Tensor, Tensor> low)
    {
        using var generator = new Generator(3);
        return new HrmModel(TinyModels.Config, new GivenLevel(givesState: false), low, generator);
    }

    /// <summary>A model with random weights whose L can be watched.</summary>
    private static (HrmModel Model, WatchedLevel Low) Watched(HrmConfig config)
    {
        using var generator = new Generator(5);
        var rotary = ReasoningModule.CreateRotary(config);
        var low = new WatchedLevel(ReasoningModule.Create(config, 1, rotary, generator));
        return (new HrmModel(config, ReasoningModule.Create(config, 1, rotary, generator), low, generator), low);
    }

    /// <summary>What L would be given at the first update of the next segment: zH + x.</summary>
    private Tensor NextInjection(HrmCarry carry, PuzzleBatch batch)
    {
        Tensor? next = null;
        _low.Injected = injection => next ??= injection.clone().DetachFromDisposeScope();
        _model.call(carry, batch);
        _low.Injected = null;
        return next!;
    }

    private FixedPointStep[] ByHand()
    {
        var (residuals, distances) = (new double[Updates], new double[Updates]);
        using var noGradient = no_grad();
        foreach (var (batch, _) in new BatchReader(_dataset, 1, CPU).InOrder())
        {
            using var scope = NewDisposeScope();
            var carry = _model.InitialCarry(1);
            for (var segment = 0; segment < Segments; segment++)
            {
                carry = _model.call(carry, batch).Carry;
            }

            using var held = NextInjection(carry, batch); // [1, S, D]
            List<Tensor> states = [carry.Low];
            for (var update = 0; update < Updates; update++)
            {
                states.Add(_model.Recurrence.Low.call(states[^1], held));
            }

            for (var step = 0; step < Updates; step++)
            {
                residuals[step] += Ratio(states[step + 1] - states[step], states[step]) / Rows;
                distances[step] += Ratio(states[step] - states[^1], states[^1]) / Rows;
            }
        }

        return [.. residuals.Zip(distances).Select((step, place) => new FixedPointStep(place + 1, step.First, step.Second))];

        static double Ratio(Tensor part, Tensor whole) => part.norm().item<float>() / whole.norm().item<float>();
    }

    private sealed class Reports(Action<int>? then = null) : IProgress<int>
    {
        public List<int> Done { get; } = [];

        public void Report(int value)
        {
            Done.Add(value);
            then?.Invoke(value);
        }
    }
}
