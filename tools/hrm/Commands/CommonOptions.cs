using System.CommandLine;
using Hrm.Runtime;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>The options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string> Run() => new("--run") { Description = "The folder of a trained run.", Required = true };

    public static Option<string?> Data() => new("--data") { Description = "The folder of a dataset, as `data … build` writes it." };

    public static Option<string[]> Files(string name, string description)
        => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    public static Option<int> Side() => new("--side") { Description = "The side of the boards: 4, 6, 9, …", DefaultValueFactory = _ => 9 };

    public static Option<string> Device() => new("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };

    public static Option<string?> Dtype() => new("--dtype") { Description = "The dtype to compute in, float32 or bfloat16; by default that of the model's config." };

    public static Option<bool> Tf32() => new("--tf32") { Description = "Let CUDA round the factors of float32 products to TensorFloat-32." };

    public static Option<int?> Threads() => new("--threads") { Description = "Threads of libtorch; all cores by default." };

    public static Option<int?> Segments() => new("--segments") { Description = "The number of segments; that of the training by default." };

    /// <summary>What is trained on: a dataset, or for Sudoku CSV files.</summary>
    public static RunData ReadData(ParseResult result, ToolTask task, Option<string?> data, Option<string[]> train, Option<string[]> test, Option<int> side)
    {
        if (result.GetValue(data) is { } folder)
        {
            RequireAbsent(result, "with --data", train, test, side);
            return new RunData { Folder = folder };
        }

        return task is SudokuToolTask
            ? new RunData { Train = result.GetValue(train) ?? [], Test = result.GetValue(test) ?? [], Side = result.GetValue(side) }
            : throw new LabException("--data: expected the folder of a dataset, as `data … build` writes it.");
    }

    /// <summary>Refuses options that would do nothing.</summary>
    public static void RequireAbsent(ParseResult result, string why, params Option[] options)
    {
        var useless = options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToArray();
        if (useless.Length > 0)
        {
            throw new LabException($"{string.Join(", ", useless)}: does nothing {why}; leave it out.");
        }
    }

    /// <summary>Puts the number of segments, if it is given, over that of the training.</summary>
    public static void ApplySegments(ParseResult result, Option<int?> option, RunSettings settings)
    {
        const int MostSegments = 65536;
        if (result.GetValue(option) is { } segments)
        {
            settings.Trainer.Halting.MaxSegments = segments is >= 1 and <= MostSegments
                ? segments
                : throw new LabException($"{option.Name}: expected 1 to {MostSegments}, got {segments}.");
            SettingsReader.Check(settings);
        }
    }

    /// <summary>The dtype that was asked for, or <see langword="null"/> for the config's.</summary>
    public static torch.ScalarType? ReadDtype(string? name)
    {
        if (name is null)
        {
            return null;
        }

        return TorchOptions.TryReadDtype(name, out var dtype) ? dtype : throw new LabException($"--dtype: expected {TorchOptions.DtypeText}, got '{name}'.");
    }

    /// <summary>Sets the number of threads and the precision of products, and gives the device.</summary>
    public static torch.Device Apply(string device, int? threads, bool allowsTf32)
    {
        TorchRuntime.EnsureLoaded();
        if (threads is { } count)
        {
            if (count < 1 || count > SettingsReader.MostThreads)
            {
                throw new LabException($"--threads: expected 1 to {SettingsReader.MostThreads}, got {count}.");
            }

            torch.set_num_threads(count);
        }

        TorchOptions.AllowTensorFloat32(allowsTf32);
        return TorchOptions.ReadDevice(device, out var error) ?? throw new LabException($"--device: {error}.");
    }
}

/// <summary>The options that the builders of all three tasks share.</summary>
internal static class BuildOptions
{
    public static Option<string> Output { get; } = new("--output") { Description = "The folder to write the dataset to.", Required = true };

    public static Option<long> Seed { get; } = new("--seed") { Description = "The seed of every draw.", DefaultValueFactory = _ => 1 };

    public static Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Replace an existing dataset." };

    public static Option<string[]> Sources(string name, string description) => CommonOptions.Files(name, description + " One or more files or folders.");

    /// <summary>Refuses a number out of a range.</summary>
    public static T Require<T>(ParseResult result, Option<T> option, T least, T most)
        where T : IComparable<T>
    {
        var value = result.GetValue(option)!;
        return value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new LabException($"{option.Name}: expected {least} to {most}, got {value}.");
    }
}
