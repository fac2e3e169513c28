using System.Text;
using Hrm.Core;
using Hrm.Tool;

namespace Hrm.Fuzz.Targets;

/// <summary>Arguments and settings of the tool, up to where a command would begin its work.</summary>
internal sealed class ArgumentsTarget : FuzzTarget
{
    private const string Arguments = "arguments.txt";
    private const string Settings = "settings.json";

    private static readonly string SettingsText = RunFolder.ToJson(Preset()).ToJsonString();

    private readonly System.CommandLine.RootCommand _root = HrmCommand.Create();

    public override IReadOnlyList<FuzzSeed> Seeds { get; } =
    [
        Seed("train sudoku --train a.csv b.csv --test c.csv --output run --steps 3 --set Trainer:LearningRate=0.1 --set Data:Train=[\"x.csv\"] --config settings.json --threads 2"),
        Seed("train maze --resume run --set Augmentation:HintProbability=0 --allow-changes --device cuda:0 --tf32"),
        Seed("evaluate arc --run run --data folder --submission file --depths --segments 8 --dtype float32"),
        Seed("solve sudoku ..... --run run --side 4 --segments 2"),
        Seed("data sudoku build --count 9 --test-count 2 --givens 30 --seed -5 --output out --min-guesses 2 --min-difficulty 0.5"),
        Seed("data arc build --source a --source b --augment 3 --output out"),
        Seed("export --run run --output out --dtype bfloat16"),
    ];

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "--set", "--config", "--train", "--output", "--threads", "\n", "=", ":", "-", "--", "@/dev/zero", "NaN", "Infinity", "2000000000", "null", "true", "[diagram]",
        "Trainer:LearningRate=", "Trainer:Halting:MaxSegments=", "Model:HiddenSize=", "Data:Train=[", "Threads=", "Gradient=", "Run:Patience=", "Seed=",
    ];

    public override void Read(string folder)
    {
        var args = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, Arguments))).Split('\n');
        var result = CommandLine.Parse(_root, args);
        var sets = result.CommandResult.Command.Options.Any(option => option.Name == "--set") ? result.GetValue<string[]>("--set") ?? [] : [];
        var preset = Preset();
        var settings = SettingsReader.Read(preset, Path.Combine(folder, Settings), sets);
        SettingsReader.FindChanges(preset, settings);
        Require(SettingsReader.FindChanges(settings, SettingsReader.Read(settings, null, [])).Count == 0, "settings that were read are written as they are");
    }

    private static FuzzSeed Seed(string arguments) => new(
        new Dictionary<string, byte[]> { [Arguments] = Encoding.UTF8.GetBytes(arguments.Replace(' ', '\n')), [Settings] = Encoding.UTF8.GetBytes(SettingsText) },
        [Arguments, Settings]);

    private static RunSettings Preset() => new()
    {
        Model = HrmPresets.Tiny(16, 6),
        Data = new RunData { Train = ["a.csv", "b.csv"], Test = ["c.csv"] },
    };
}
