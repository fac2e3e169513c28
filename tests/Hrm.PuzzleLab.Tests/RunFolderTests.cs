using Hrm.Core;
using Hrm.Samples.PuzzleLab;
using Hrm.TestKit;

namespace Hrm.PuzzleLab.Tests;

/// <summary>The settings of a run: written whole, read within limits.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static LabSettings Settings => new() { Model = HrmPresets.Tiny(16, 6) };

    [Fact]
    public void A_missing_run_is_said_to_be_missing()
        => Reading("nowhere").WithMessage($"{_folder["nowhere"]}: expected the folder of a run, got no run.json there; train a model first.");

    [Fact]
    public void Settings_are_written_without_leftovers_of_killed_processes()
    {
        var run = new RunFolder(_folder.Path);
        File.WriteAllText(_folder["run.json.abcdefgh.ijk.new"], "half");
        File.WriteAllText(_folder["other.json.abcdefgh.ijk.new"], "of another file");
        using var locked = new FileStream(_folder["run.json.bbcdefgh.ijk.new"], FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);

        run.Save(Settings);

        _folder.FileNames().Should().BeEquivalentTo("run.json", "run.json.bbcdefgh.ijk.new", "other.json.abcdefgh.ijk.new");
        run.ReadSettings().Model.Should().Be(Settings.Model);
    }

    [Fact]
    public void Settings_that_are_too_long_empty_or_a_device_are_refused()
    {
        File.WriteAllText(_folder["run.json"], new string(' ', (1 << 20) + 1));
        Reading(".").WithMessage("*run.json: expected 1 to 1048576 bytes, got 1048577.");
        File.WriteAllText(_folder["run.json"], string.Empty);
        Reading(".").WithMessage("*run.json: expected 1 to 1048576 bytes, got 0.");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.Delete(_folder["run.json"]);
        File.CreateSymbolicLink(_folder["run.json"], "/dev/zero");
        Reading(".").WithMessage("*run.json: expected 1 to 1048576 bytes, got 0.");
        FluentActions.Invoking(() => SettingsReader.Read(Settings, "/dev/zero", [])).Should().Throw<LabException>()
            .WithMessage("*/dev/zero: expected 1 to 1048576 bytes, got 0.*");
    }

    [Fact]
    public void A_model_config_of_settings_is_named_by_the_keys_of_the_settings()
    {
        File.WriteAllText(_folder["settings.json"], """{"Model": {"HighCycles": 0}}""");
        FluentActions.Invoking(() => SettingsReader.Read(Settings, _folder["settings.json"], [])).Should().Throw<InvalidConfigException>()
            .WithMessage("*HighCycles: expected 1 … 1024, got 0.");
    }

    private FluentAssertions.Specialized.ExceptionAssertions<LabException> Reading(string run)
        => FluentActions.Invoking(() => new RunFolder(_folder[run]).ReadSettings()).Should().Throw<LabException>();
}
