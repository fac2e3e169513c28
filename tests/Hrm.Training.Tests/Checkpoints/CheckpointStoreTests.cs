using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Training.Tests;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallTraining _training = new();
    private readonly SmallTraining _other = new();
    private readonly CheckpointStore _store;

    public CheckpointStoreTests() => _store = CheckpointStore.Open(_folder["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _other.Dispose();
        _training.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_newest_checkpoints_and_the_best_are_kept()
    {
        using var store = CheckpointStore.Open(_folder["kept"], keep: 2);
        for (var step = 1; step <= 6; step++)
        {
            Step();
            store.Save(_training.Trainer, new TrainingRunState { BestCheckpoint = 2 });
        }

        store.Steps.Should().Equal(6, 5, 2);
    }

    [Fact]
    public void A_checkpoint_loads_as_a_model_and_has_checksums_for_a_tool()
    {
        var path = Save();
        using var model = HrmModel.Load(path);
        TinyModels.Weights(model).Should().Equal(TinyModels.Weights(_training.Model));
        File.ReadAllLines(Path.Combine(path, "SHA256SUMS")).Should().HaveCount(4).And.AllSatisfy(line => line.Should().MatchRegex("^[0-9a-f]{64}  [a-z.]+$"));
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "checkpoint.json")))!;
        manifest["step"]!.GetValue<long>().Should().Be(3);
        manifest["library_version"]!.GetValue<string>().Should().MatchRegex(@"^\d+\.\d+\.\d+");
        manifest["trainer"]!["optimizer"]!["kind"]!.GetValue<string>().Should().Be("AdamATan2");
        manifest["gradient_mode"]!.GetValue<string>().Should().Be("OneStep");
    }

    [Fact]
    public void Saving_removes_checkpoints_of_later_steps()
    {
        Save();
        for (var step = 4; step <= 5; step++)
        {
            Damage(Path.Combine(Save(step), "model.safetensors"), 500);
        }

        _store.Restore(_other.Trainer)!.Damaged.Should().HaveCount(2);
        _other.Trainer.Step(_other.Stream.Next());

        _store.Save(_other.Trainer, new TrainingRunState());
        _store.Steps.Should().Equal(4, 3);
        _store.Restore(_other.Trainer)!.Damaged.Should().BeEmpty();
    }

    [Fact]
    public void A_step_can_be_saved_again()
    {
        Save();
        _store.Save(_training.Trainer, new TrainingRunState { Rollbacks = 7 });
        _store.Steps.Should().Equal(3);
        _store.Restore(_training.Trainer)!.State.Rollbacks.Should().Be(7);
        Directory.GetFileSystemEntries(_folder["store"]).Select(Path.GetFileName).Should().BeEquivalentTo(".lock", "step-000000000003");
    }

    [Fact]
    public void Opening_restores_a_half_replaced_checkpoint_and_removes_leftovers_of_a_killed_process()
    {
        var path = Save();
        Directory.CreateDirectory(_folder["killed"]);
        Directory.Move(path, _folder["killed", ".old-step-000000000003"]);
        Directory.CreateDirectory(_folder["killed", ".staged-abc"]);
        File.WriteAllText(_folder["killed", ".staged-abc", "model.safetensors"], "half");
        using var store = CheckpointStore.Open(_folder["killed"]);
        Directory.Exists(_folder["killed", ".staged-abc"]).Should().BeFalse();
        store.Steps.Should().Equal(3);
        store.Restore(_training.Trainer)!.Step.Should().Be(3);
    }

    [Fact]
    public void If_all_are_damaged_the_trainer_does_not_change()
    {
        var path = Save();
        File.WriteAllText(Path.Combine(path, "SHA256SUMS"), "nonsense");
        var before = _other.State();

        _store.Invoking(it => it.Restore(_other.Trainer)).Should().Throw<HrmFormatException>().WithMessage("*expected an undamaged checkpoint among 1, got none*SHA256SUMS*");

        _other.State().Should().BeEquivalentTo(before, options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData("training.safetensors", "a flipped bit")]
    [InlineData("model.safetensors", "/dev/zero")]
    [InlineData("training.safetensors", "/dev/zero")]
    [InlineData("SHA256SUMS", "/dev/zero")]
    [InlineData("model.safetensors", "a terabyte")]
    [InlineData("config.json", "nothing")]
    public void A_newest_checkpoint_with_a_damaged_or_endless_file_is_reported_and_the_one_before_is_used(string name, string what)
    {
        if (what is "/dev/zero" or "a terabyte" && OperatingSystem.IsWindows())
        {
            // It has no such device, and sparse files only on request.
            return;
        }

        Save();
        var path = Path.Combine(Save(4), name);
        if (what == "a flipped bit")
        {
            Damage(path, 1000);
        }
        else
        {
            File.Delete(path);
        }

        if (what == "/dev/zero")
        {
            File.CreateSymbolicLink(path, what);
        }
        else if (what == "a terabyte")
        {
            using var sparse = File.Create(path);
            sparse.SetLength(1L << 40);
        }

        var restored = _store.Restore(_other.Trainer)!;

        restored.Step.Should().Be(3);
        restored.Damaged.Single().Should().Contain(name);
        (what != "a flipped bit" || restored.Damaged[0].StartsWith($"{path}: damaged: expected SHA-256 ", StringComparison.Ordinal)).Should().BeTrue();
        _other.Trainer.StepCount.Should().Be(3);
    }

    [Theory]
    [InlineData("architecture")]
    [InlineData("optimizer")]
    [InlineData("average")]
    public void A_checkpoint_of_another_training_is_refused_and_changes_nothing(string what)
    {
        Save();
        using var other = what switch
        {
            "architecture" => new SmallTraining(TinyModels.Config with { HighCycles = 3 }),
            "optimizer" => new SmallTraining(change: options => options.Optimizer.Kind = OptimizerKind.Muon),
            _ => new SmallTraining(change: options => options.EmaDecay = 0),
        };
        var before = other.State();

        _store.Invoking(it => it.Restore(other.Trainer)).Should().Throw<HrmFormatException>()
            .WithMessage(what == "architecture" ? "*is of another model: there \"H_cycles\": 2, here \"H_cycles\": 3" : "*expected the state of this trainer*");

        other.State().Should().BeEquivalentTo(before, options => options.WithStrictOrdering());
        other.Trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void A_model_of_own_modules_is_restored_into_one_of_the_same_kind()
    {
        using var generator = new torch.Generator(1);
        using var first = new HrmModel(TinyModels.Config, new Gate(), new Gate(), generator);
        using var second = new HrmModel(TinyModels.Config, new Gate(), new Gate(), generator);
        using var renamed = new HrmModel(TinyModels.Config with { Modules = "another kind" }, new Gate(), new Gate(), generator);
        using (var trainer = new HrmTrainer(first, TrainerPresets.Tiny(), generator))
        {
            _store.Save(trainer, new TrainingRunState());
        }

        using var same = new HrmTrainer(second, TrainerPresets.Tiny(), generator);
        _store.Restore(same).Should().NotBeNull();
        TinyModels.Weights(second).Should().Equal(TinyModels.Weights(first));

        using var other = new HrmTrainer(renamed, TrainerPresets.Tiny(), generator);
        _store.Invoking(it => it.Restore(other)).Should().Throw<HrmFormatException>()
            .WithMessage("*is of another model: there \"modules\": \"Gate\", here \"modules\": \"another kind\"");
    }

    private sealed class Gate() : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(Gate))
    {
        public override torch.Tensor forward(torch.Tensor state, torch.Tensor injection) => state.mul(injection).tanh();
    }

    [Fact]
    public void A_default_of_the_config_and_its_value_are_the_same_model()
    {
        using (var earlier = new SmallTraining(TinyModels.Config with { RopeTheta = TinyModels.Config.RotaryBase, KernelSize = 3 }))
        {
            _store.Save(earlier.Trainer, new TrainingRunState(), earlier.Stream);
        }

        _store.Restore(_training.Trainer, _training.Stream).Should().NotBeNull();
    }

    [Fact]
    public void Losses_and_optimizers_of_the_caller_are_named()
    {
        using var softmax = new SoftmaxCrossEntropy();
        using var generator = new torch.Generator(1);
        using var model = TinyModels.Create();
        using (var own = new HrmTrainer(model, TrainerPresets.Tiny(), generator)
        {
            AuxiliaryLoss = (output, _, _) => output.QHalt.sum(),
            Optimizer = new OptimizerGroups((new AdamATan2(model.parameters(), new OptimizerOptions()), 0.5)),
        })
        {
            _store.Save(own, new TrainingRunState());
        }

        using var plain = new HrmTrainer(model, TrainerPresets.Tiny(), generator) { TokenLoss = softmax };
        _store.Restore(plain)!.Differences.Should().Contain("own_parts was AuxiliaryLoss, 0.5 · Hrm.Training.AdamATan2");
    }

    [Fact]
    public void Settings_that_differ_are_named()
    {
        Save();
        using var other = new SmallTraining(change: options =>
        {
            options.LearningRate = 0.5;
            options.Halting.ExplorationProbability = 0.25;
        });
        _store.Restore(other.Trainer, other.Stream)!.Differences.Should().BeEquivalentTo(
            "trainer:learning_rate was 0.01", "trainer:halting:exploration_probability was 0.5");
    }

    [Theory]
    [InlineData(2, 0, 2)] // the recorded number
    [InlineData(1, 0, 1)] // more than the machine has threads
    [InlineData(1, 2, 2)] // the options'
    [InlineData(2, 1, 1)]
    public void The_recorded_number_of_replicas_is_used_if_the_options_and_the_machine_allow_it(int threads, int option, int expected)
    {
        var before = torch.get_num_threads();
        try
        {
            using var saved = new SmallTraining(change: options => options.Replicas = 2);
            _store.Save(saved.Trainer, new TrainingRunState(), saved.Stream);
            torch.set_num_threads(threads);
            using var other = new SmallTraining(change: options => options.Replicas = option);
            var differences = _store.Restore(other.Trainer, other.Stream)!.Differences;
            other.Trainer.Replicas.Should().Be(expected);
            differences.Where(difference => !difference.StartsWith("threads", StringComparison.Ordinal))
                .Should().Equal(expected == 2 ? [] : ["replicas was 2"]);
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void An_older_checkpoint_had_one_replica_and_any_library_of_products()
    {
        var path = Save();
        var file = Path.Combine(path, "checkpoint.json");
        var manifest = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        manifest["matrix_library"] = "another";
        Rewrite();
        _store.Restore(_training.Trainer)!.Differences.Should().Contain("matrix_library was another");
        manifest.Remove("matrix_library").Should().BeTrue();
        manifest.Remove("replicas").Should().BeTrue();
        Rewrite();
        _store.Restore(_training.Trainer)!.Differences.Should().NotContain(difference => difference.Contains("matrix_library") || difference.Contains("replicas"));

        void Rewrite()
        {
            File.WriteAllText(file, manifest.ToJsonString());
            ChecksumList.Write(path, CheckpointStore.FileNames);
        }
    }

    [Fact]
    public void A_dataset_whose_ids_mean_other_puzzles_is_refused_and_changes_nothing()
    {
        Step();
        using (var data = Dataset("data", "<blank>", "one", "two", "three"))
        using (var stream = new TrainingStream(data, 2))
        {
            _store.Save(_training.Trainer, new TrainingRunState(), stream);
            _store.Restore(_training.Trainer, stream)!.Differences.Should().BeEmpty();
        }

        using var rebuilt = Dataset("rebuilt", "<blank>", "two", "one", "three");
        using var other = new TrainingStream(rebuilt, 2);
        Step();
        var before = _training.State();
        _store.Invoking(it => it.Restore(_training.Trainer, other)).Should().Throw<HrmFormatException>()
            .WithMessage($"*puzzle ids: expected the dataset that it was trained on, whose identifiers.json has the SHA-256 *, got {rebuilt.IdentifiersHash}");
        _training.State().Should().BeEquivalentTo(before, options => options.WithStrictOrdering());

        PuzzleDatasetFolder Dataset(string name, params string[] identifiers)
        {
            PuzzleDatasetFolder.Write(_folder[name], identifiers, [new PuzzleSplit("train", SmallDataset.Groups)], SmallDataset.Options);
            return PuzzleDatasetFolder.Open(_folder[name], "train");
        }
    }

    [Theory]
    [InlineData("\"format_version\": 1", "\"format_version\": 2, \"new\": {}", "*format_version: expected 1, got 2")]
    [InlineData("\"position\": {", "\"position\": { \"iteration\": -1, \"batch\": 0 }, \"old\": {", "*checkpoint.json*")]
    [InlineData("\"iteration\": 0", "\"iteration\": -1", "*run:position: expected numbers of at least 0*")]
    [InlineData("\"sum_steps\": 3", "\"sum_steps\": -5", "*run:sum_steps: expected 0 … 1000000000, got -5*")]
    [InlineData("\"rollbacks\": 0", "\"rollbacks\": 2147483647", "*run:rollbacks: expected 0 … 1000000000, got 2147483647*")]
    [InlineData("\"reported\": \"00:00:00\"", "\"reported\": \"10675199.02:48:05.4775807\"", "*run:reported: expected 0 to run:trained*")]
    [InlineData("\"step\": 3", "\"step\": 4", "*expected step 3, as the folder is named, got 4*")]
    [InlineData("\"step\": 3", "\"\\ud800\": 3", "*checkpoint.json*")]
    public void An_invalid_manifest_with_a_matching_checksum_is_a_typed_error(string saved, string crafted, string message)
    {
        SaveWithManifest(saved, crafted);
        _store.Invoking(it => it.Restore(_other.Trainer)).Should().Throw<HrmFormatException>().WithMessage(message);
        _other.Trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void A_manifest_without_skipped_batches_skips_none()
    {
        SaveWithManifest("\"skipped\": [],", string.Empty);
        _store.Restore(_other.Trainer)!.State.Skipped.Should().BeEmpty();
    }

    /// <summary>The first would end the process, the second would read beyond the words.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(624, 624)]
    public void An_invalid_generator_state_is_refused(int left, long next)
    {
        var path = Save();
        var file = Path.Combine(path, "training.safetensors");
        using (torch.NewDisposeScope())
        {
            var tensors = new Dictionary<string, torch.Tensor>();
            using (var saved = SafetensorsFile.Open(file))
            {
                foreach (var name in saved.Names)
                {
                    tensors[name] = saved.Read(name);
                }
            }

            BitConverter.TryWriteBytes(tensors["generator"].bytes[8..], left).Should().BeTrue();
            BitConverter.TryWriteBytes(tensors["generator"].bytes[16..], next).Should().BeTrue();
            SafetensorsFile.Save(file, tensors);
        }

        ChecksumList.Write(path, CheckpointStore.FileNames);
        _store.Invoking(it => it.Restore(_other.Trainer)).Should().Throw<HrmFormatException>().WithMessage("*generator: expected the state of a Mersenne Twister*");
    }

    [Fact]
    public void A_store_without_checkpoints_restores_nothing_and_can_be_open_only_once()
    {
        _store.Restore(_training.Trainer).Should().BeNull();
        _store.Steps.Should().BeEmpty();
        FluentActions.Invoking(() => CheckpointStore.Open(_folder["store"])).Should().Throw<HrmFileException>().WithMessage("*is another training using it?*");
    }

    [Fact]
    public void Saving_and_restoring_leave_no_tensor_alive()
    {
        Save();
        _store.Restore(_training.Trainer);
        Step();
        var live = LiveTensors.Count();
        for (var i = 0; i < 5; i++)
        {
            _store.Restore(_training.Trainer);
            Step();
            _store.Save(_training.Trainer, new TrainingRunState());
        }

        torch.Tensor.TotalCount.Should().Be(live);
    }

    private static void Damage(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private void SaveWithManifest(string saved, string crafted)
    {
        var path = Save();
        SmallDataset.Replace(Path.Combine(path, "checkpoint.json"), saved, crafted);
        ChecksumList.Write(path, CheckpointStore.FileNames);
    }

    private string Save(int step = 3)
    {
        _training.StepTo(step);
        _store.Save(_training.Trainer, new TrainingRunState(), _training.Stream);
        return _folder["store", $"step-{step:d12}"];
    }

    private void Step() => _training.Trainer.Step(_training.Stream.Next());
}
