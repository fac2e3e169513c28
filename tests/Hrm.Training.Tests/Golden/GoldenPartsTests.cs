using System.Globalization;
using Hrm.Layers;
using Hrm.TestKit;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Hrm.Training.Tests.Golden;

/// <summary>Parity of optimizers, losses and schedule with what the authors' code computed from the same numbers.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenPartsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Folders() => [.. GoldenParts.Folders()];

    [Fact]
    public void Every_case_is_taken()
    {
        var folders = GoldenParts.Folders();
        folders.Should().Contain(RepositoryFolder.Combine("tests", "golden", "parts"));
        folders.Count.Should().BeLessThanOrEqualTo(GoldenFolders.All().Count);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void AdamATan2_and_AdamW_give_the_recorded_weights(string folder)
    {
        CompareOptimizer(folder, "adam_atan2", (parameters, options) => new AdamATan2(parameters, options));
        CompareOptimizer(folder, "adamw", (parameters, options) => new AdamW(parameters, options));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void SparseSignSgd_gives_the_recorded_rows(string folder)
    {
        // A product and a sum per step, each rounded to float32 (6e-8).
        const double Tolerance = 5e-7;
        using var scope = NewDisposeScope();
        using var parts = new GoldenParts(folder);
        var start = parts.Read("sign_sgd.start");
        using var embedding = new SparseEmbedding(start.size(0), start.size(1), ScalarType.Float32);
        using (no_grad())
        {
            embedding.Weights.copy_(start);
        }

        using var optimizer = new SparseSignSgd(embedding, parts.SignSgdWeightDecay);
        var steps = parts.NamesBelow("sign_sgd.after.");
        steps.Should().NotBeEmpty();
        foreach (var step in steps.OrderBy(step => int.Parse(step, CultureInfo.InvariantCulture)))
        {
            var rows = embedding.call(parts.Read($"sign_sgd.ids.{step}"));
            (rows * parts.Read($"sign_sgd.grad.{step}")).sum().backward();
            optimizer.Step(parts.SignSgdLearningRate);
            Compare(embedding.Weights, parts, $"sign_sgd.after.{step}", Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Token_losses_give_the_recorded_values_and_gradients(string folder)
    {
        using var scope = NewDisposeScope();
        using var parts = new GoldenParts(folder);
        using var stablemax = new StablemaxCrossEntropy();
        using var softmax = new SoftmaxCrossEntropy();
        var cases = parts.NamesBelow("loss.");
        cases.Should().NotBeEmpty();
        foreach (var name in cases)
        {
            // float64 throughout: only the order of the sum over the vocabulary differs.
            CompareLoss(parts, stablemax, $"loss.{name}", "stablemax_cross_entropy", valueTolerance: 1e-13);

            // float32: log-softmax rounds its sum and its logarithm (6e-8 each).
            CompareLoss(parts, softmax, $"loss.{name}", "softmax_cross_entropy", valueTolerance: 5e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void CosineSchedule_gives_the_recorded_rates(string folder)
    {
        using var parts = new GoldenParts(folder);
        var schedules = parts.Schedules().ToArray();
        schedules.Should().NotBeEmpty();
        foreach (var (schedule, rates) in schedules)
        {
            var actual = rates.Select((_, index) => schedule.At(index + 1)).ToArray();
            var error = actual.Zip(rates, (left, right) => Math.Abs(left - right) / rates.Max()).Max();
            output.WriteLine($"schedule of {rates.Length} steps: {error:E1}");
            error.Should().BeLessThanOrEqualTo(1e-12);
        }
    }

    /// <summary>Both optimizers were recorded from the same start, gradients and rates, the first of which is 0.</summary>
    private void CompareOptimizer(string folder, string recorded, Func<Parameter[], OptimizerOptions, ParameterOptimizer> create)
    {
        // Six float32 updates, each rounded once or twice (6e-8), of weights near 1.
        const double Tolerance = 1e-6;
        using var scope = NewDisposeScope();
        using var parts = new GoldenParts(folder);
        var names = parts.NamesBelow("adam_atan2.start.");
        var parameters = names.Select(name => new Parameter(parts.Read($"adam_atan2.start.{name}"))).ToArray();
        var rates = parts.Read("adam_atan2.lr").data<double>().ToArray();
        rates.Should().Contain(0).And.Contain(rate => rate > 0);
        names.Should().HaveCountGreaterThan(1);
        using var optimizer = create(parameters, parts.AdamOptions);
        for (var step = 0; step < rates.Length; step++)
        {
            for (var i = 0; i < names.Count; i++)
            {
                parameters[i].grad = parts.Read($"adam_atan2.grad.{step}.{names[i]}");
            }

            optimizer.Step(rates[step]);
            for (var i = 0; i < names.Count; i++)
            {
                Compare(parameters[i], parts, $"{recorded}.after.{step}.{names[i]}", Tolerance);
            }
        }
    }

    private void CompareLoss(GoldenParts parts, nn.Module<Tensor, Tensor, Tensor> loss, string name, string kind, double valueTolerance)
    {
        // Gradients are recorded, and handed back, in the float32 of the logits: a few of its roundings (6e-8).
        const double GradientTolerance = 1e-6;
        var logits = parts.Read($"{name}.logits").requires_grad_(true); // [B, S, V]
        var values = loss.call(logits, parts.Read($"{name}.labels")); // [B, S]
        values.sum().backward();
        Compare(values, parts, $"{name}.{kind}.value", valueTolerance);
        Compare(logits.grad!, parts, $"{name}.{kind}.grad", GradientTolerance);
    }

    private void Compare(Tensor actual, GoldenParts parts, string name, double tolerance)
    {
        using var scope = NewDisposeScope();
        var expected = parts.Read(name);
        output.WriteLine($"{name}: {TensorDeviation.Largest(actual.detach(), expected):E1}");
        actual.detach().BeCloseTo(expected, tolerance, name);
    }
}
