using System.Text;
using Hrm.Core;
using Hrm.PyTorch;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Fuzz.FuzzTarget;

namespace Hrm.Fuzz.Targets;

/// <summary>Weights and configs of models.</summary>
internal static class ModelTargets
{
    private const string ConfigName = "config.json";
    private const string YamlName = "all_config.yaml";

    public static FuzzTarget Safetensors()
    {
        const string name = "weights.safetensors";
        using var model = TinyModel.Create();
        return OfFile(
            name,
            [
                FuzzSeed.Written(folder => SafetensorsFile.Save(Path.Combine(folder, name), TinyModel.Tensors())),
                FuzzSeed.Written(folder => SafetensorsFile.Save(Path.Combine(folder, name), model.state_dict())),
            ],
            ["dtype", "shape", "data_offsets", "__metadata__", "F32", "BF16", "F16", "F64", "I64", "U8", "BOOL", "F8_E4M3", "weight", "{", "}", "[", "]", ":", ","],
            path =>
            {
                using var file = SafetensorsFile.Open(path);
                Require(ReadAll(file) <= new FileInfo(path).Length, "tensors are within the file");
            });
    }

    /// <summary>Files of torch.save: the zip container, and with matching checksums the pickle and the storages in it.</summary>
    public static FuzzTarget TorchSave()
    {
        const string name = "weights.pt";
        return OfFile(
            name,
            [FuzzSeed.Of(name, OfAuthors(_ => true).Files["step_0"])],
            [
                "(", ")", "K", "M", "N", "Q", "R", "X", "]", "a", "c", "d", "e", "h", "j", "q", "r", "s", "t", "u", "}", ".", "0", "2", "b", "i", "o",
                "ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n", "ctorch\nBFloat16Storage\n", "cposix\nsystem\n",
                "cbuiltins\neval\n", "storage", "cpu", "weight",
            ],
            path =>
            {
                using var file = TorchSaveFile.Open(path);

                // Tensors may share a storage, but none is larger than the file that holds it.
                Require(file.Names.All(tensor => file.GetEntry(tensor).Shape.Aggregate(1L, (product, size) => product * size) <= new FileInfo(path).Length), "tensors are within the file");
                ReadAll(file);
            });
    }

    public static FuzzTarget YamlConfig() => new()
    {
        Seeds = [OfAuthors(name => name == YamlName)],
        Tokens =
        [
            "arch:", "  hidden_size: 8\n", "num_heads", "expansion", "forward_dtype: bfloat16", "pos_encodings: learned", "loss:", "- ", ": ", "&a", "*a", "<<: *a", "!!python/object:os.system",
            "!!binary", "? ", "| ", "> ", "---\n", "...\n", "%YAML 1.2\n", "#", "{", "}", "[", "]", ".inf", ".nan", "~", "yes", "0o17", "1:30",
        ],
        Read = folder =>
        {
            using var checkpoint = AuthorsCheckpoint.Open(folder, TinyModel.Config.SequenceLength);
            Require(checkpoint.Config.HiddenSize == TinyModel.Config.HiddenSize, "the yaml does not contradict the tensors");
        },
    };

    public static FuzzTarget JsonConfig() => OfFile(
        ConfigName,
        [.. new[] { TinyModel.Config, HrmPresets.SudokuExtreme, HrmPresets.Arc(1000) }.Select(config => FuzzSeed.Of(ConfigName, config.ToJson()))],
        ["hidden_size", "seq_len", "vocab_size", "num_heads", "H_cycles", "L_cycles", "forward_dtype", "bfloat16", "float32", "pos_encodings", "rope", "learned", "format_version"],
        path =>
        {
            // The method takes text: bytes that are not UTF-8 reach it as replacement characters.
            var config = HrmConfig.FromJson(Encoding.UTF8.GetString(File.ReadAllBytes(path)));
            config.Validate();
            Require(HrmConfig.FromJson(config.ToJson()) == config, "a config that was read is written unchanged");
        });

    /// <summary>A saved model: the config against the weights beside it.</summary>
    public static FuzzTarget ModelFolder() => new()
    {
        Seeds = [Saved(TinyModel.Create()), Saved(TinyModel.Create(TinyModel.Config with { PuzzleEmbeddingWidth = 0 })), Saved(TinyModel.CreateShared())],
        Tokens =
            ["hidden_size", "seq_len", "vocab_size", "num_heads", "H_layers", "L_layers", "puzzle_emb_ndim", "num_puzzle_identifiers", "H_level", "L_level", "bfloat16", "learned", "dtype", "shape", "data_offsets", "F32"],
        Read = folder =>
        {
            using var model = HrmModel.Load(folder);
            Require(model.Config.ParameterCount < 100_000, "a model is no larger than its weights");
        },
    };

    private static FuzzSeed Saved(HrmModel made)
    {
        using var model = made;
        return FuzzSeed.Written(folder => model.Save(folder)).More(ConfigName);
    }

    private static FuzzSeed OfAuthors(Func<string, bool> isDamaged)
    {
        using var model = TinyModel.Create(TinyModel.AuthorsConfig);
        return FuzzSeed.Written(folder => AuthorsFiles.Write(folder, model), isDamaged);
    }

    /// <summary>Reads every tensor of a file; returns their bytes together.</summary>
    private static long ReadAll(WeightsFile weights)
    {
        long bytes = 0;
        foreach (var name in weights.Names)
        {
            using var scope = torch.NewDisposeScope();
            var entry = weights.GetEntry(name);
            var tensor = weights.Read(name);
            Require(tensor.shape.SequenceEqual(entry.Shape) && tensor.dtype == entry.Dtype, $"a tensor matches its entry: {entry}");
            bytes += tensor.NumberOfElements * tensor.ElementSize;
        }

        return bytes;
    }
}
