using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Training.Tests.Golden;

/// <summary>The recorded numbers of optimizers, losses and schedules in one <c>parts</c> folder.</summary>
internal sealed class GoldenParts : IDisposable
{
    private readonly JsonObject _json;
    private readonly SafetensorsFile _expected;

    public GoldenParts(string folder)
    {
        _json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        _expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
    }

    /// <summary>The <c>parts</c> folder of every folder of recorded numbers that has one.</summary>
    public static IReadOnlyList<string> Folders() =>
        [.. GoldenFolders.All().Select(folder => Path.Combine(folder, "parts")).Where(Directory.Exists)];

    public OptimizerOptions AdamOptions => new()
    {
        Beta1 = Number("adam_atan2", "beta1"),
        Beta2 = Number("adam_atan2", "beta2"),
        WeightDecay = Number("adam_atan2", "weight_decay"),
    };

    public double SignSgdLearningRate => Number("sign_sgd", "lr");

    public double SignSgdWeightDecay => Number("sign_sgd", "weight_decay");

    public IEnumerable<(CosineSchedule Schedule, double[] Rates)> Schedules() => _json["schedule"]!.AsArray().Select(entry => (
        new CosineSchedule(
            entry!["base_lr"]!.GetValue<double>(),
            entry["warmup"]!.GetValue<long>(),
            entry["total"]!.GetValue<long>(),
            entry["min_ratio"]!.GetValue<double>()),
        entry["lr"]!.AsArray().Select(rate => rate!.GetValue<double>()).ToArray()));

    /// <summary>The distinct texts between a prefix and the next dot: <c>loss.</c> gives <c>mild</c> and <c>extreme</c>.</summary>
    public IReadOnlyList<string> NamesBelow(string prefix) =>
    [
        .. _expected.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split('.')[0])
            .Distinct(),
    ];

    public Tensor Read(string name) => _expected.Read(name);

    public void Dispose() => _expected.Dispose();

    private double Number(string part, string field) => _json[part]![field]!.GetValue<double>();
}
