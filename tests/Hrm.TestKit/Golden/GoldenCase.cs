using System.Text.Json;
using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.TestKit.Golden;

/// <summary>One recorded model: its config, its starting weights, and the values that the authors' code computed from them.</summary>
public sealed class GoldenCase : IDisposable
{
    private const string KeyPrefix = "model.inner.";

    private readonly JsonObject _json;
    private readonly SafetensorsFile _expected;

    public GoldenCase(string folder)
    {
        Folder = folder;
        _json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        _expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        Config = ReadConfig();
    }

    public string Folder { get; }

    public HrmConfig Config { get; }

    /// <summary>A config that forces the prefix is a tiny recursive model: one module for both levels.</summary>
    public bool IsTrm => _json.ContainsKey("puzzle_emb_len");

    public bool IsBf16 => Config.ForwardDtype == ScalarType.BFloat16;

    public int EvaluationSteps => _json["eval_steps"]!.GetValue<int>();

    public int TrainingSteps => _json["train"]!["steps"]!.GetValue<int>();

    public TrainerOptions Options
    {
        get
        {
            var train = _json["train"]!;
            return new TrainerOptions
            {
                GlobalBatchSize = train["global_batch_size"]!.GetValue<int>(),
                WarmupSteps = 0,
                LearningRate = train["lr"]!.GetValue<double>(),
                GradientMode = IsTrm ? GradientMode.LastCycle : GradientMode.OneStep,
                Optimizer = new OptimizerOptions
                {
                    Beta1 = train["beta1"]!.GetValue<double>(),
                    Beta2 = train["beta2"]!.GetValue<double>(),
                    WeightDecay = train["weight_decay"]!.GetValue<double>(),
                },
                PuzzleLearningRate = train["puzzle_emb_lr"]!.GetValue<double>(),
                PuzzleWeightDecay = train["puzzle_emb_weight_decay"]!.GetValue<double>(),
                TokenLoss = _json["loss_type"]!.GetValue<string>() == "softmax_cross_entropy" ? TokenLossKind.Softmax : TokenLossKind.Stablemax,
                HaltingLoss = IsTrm ? HaltingLossKind.HaltOnly : HaltingLossKind.HaltAndContinue,
                Halting = new HaltingOptions
                {
                    MaxSegments = _json["halt_max_steps"]!.GetValue<int>(),
                    ExplorationProbability = _json["halt_exploration_prob"]!.GetValue<double>(),
                    Rule = IsTrm ? HaltingRule.HaltPositive : HaltingRule.HaltOverContinue,
                },
            };
        }
    }

    /// <summary>The model with its starting weights.</summary>
    public HrmModel CreateModel(Device? device = null)
    {
        using var generator = new Generator(0);
        var both = IsTrm ? ReasoningModule.Create(Config, Config.LowLayers, ReasoningModule.CreateRotary(Config), generator) : null;
        var model = both is null ? new HrmModel(Config, generator) : new HrmModel(Config, both, both, generator);
        using var weights = SafetensorsFile.Open(Path.Combine(Folder, "weights.safetensors"));
        model.LoadWeights(weights);
        model.to(device ?? CPU);
        return model;
    }

    /// <summary>The same weights in a model that computes in float32.</summary>
    public HrmModel CreateFloat32Model()
    {
        using var generator = new Generator(0);
        using var noGradient = no_grad();
        using var weights = SafetensorsFile.Open(Path.Combine(Folder, "weights.safetensors"));
        var model = new HrmModel(Config with { ForwardDtype = ScalarType.Float32 }, generator);
        foreach (var (name, tensor) in model.state_dict())
        {
            using var value = weights.Read(KeyPrefix + name);
            tensor.copy_(value);
        }

        return model;
    }

    public HrmTrainer CreateTrainer(HrmModel model, Generator generator) => new(model, Options, generator);

    public PuzzleBatch Batch(int index, Device? device = null)
    {
        using var scope = NewDisposeScope();
        return PuzzleBatch.Create(
            Read($"batch.{index}.inputs").data<int>().ToArray(),
            Read($"batch.{index}.labels").data<int>().ToArray(),
            Read($"batch.{index}.puzzle_identifiers").data<int>().ToArray(),
            Config.SequenceLength,
            device);
    }

    public Tensor Read(string name) => _expected.Read(name);

    public bool Contains(string name) => _expected.Contains(name);

    /// <summary>The recorded tensors below a prefix, by the model's own names.</summary>
    public IEnumerable<(string Key, Tensor Value)> Below(string prefix) => _expected.Names
        .Where(name => name.StartsWith(prefix + KeyPrefix, StringComparison.Ordinal))
        .Select(name => (name[(prefix + KeyPrefix).Length..], _expected.Read(name)));

    public void Dispose() => _expected.Dispose();

    private HrmConfig ReadConfig()
    {
        string[] behaviour = ["batch_size", "halt_max_steps", "halt_exploration_prob", "loss_type", "train", "eval_steps"];
        var architecture = JsonNode.Parse(_json.ToJsonString())!.AsObject();
        foreach (var key in behaviour)
        {
            architecture.Remove(key);
        }

        return HrmConfig.FromJson(architecture.ToJsonString());
    }
}
