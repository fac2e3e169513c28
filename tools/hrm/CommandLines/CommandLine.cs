using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.Core;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Runs the command line of a sample: arguments, signals, errors and exit codes.</summary>
internal static class CommandLine
{
    /// <summary>The exit code if a file or the work itself failed.</summary>
    public const int Failed = 1;

    /// <summary>The exit code if the command line, the device that it names or the settings are not valid.</summary>
    public const int NotValid = 2;

    /// <summary>The exit code if the answer is no: the puzzle is not solved, the dataset has faults.</summary>
    public const int No = 3;

    /// <summary>The exit code of a command that saves or cleans up when a signal stops it; others end with 128 and the number of the signal.</summary>
    public const int Stopped = 130;

    /// <summary>The exit codes, for the help.</summary>
    public const string ExitCodes = """
        Exit codes: 0 done; 1 a file or the work failed; 2 an argument, a device or the settings are not valid; 3 the answer is no (a puzzle that is
        not solved, a dataset with faults); 130 stopped by a signal, or 128 plus its number if there is nothing to save.
        Results go to the standard output, errors and warnings to the standard error, one line each.
        """;

    /// <summary>Time for the current step, a batch of an evaluation and the last checkpoint after a signal.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromMinutes(10);

    /// <summary>Width of output that is not a terminal: no line is broken, but boards beside each other stay readable.</summary>
    private const int UnboundedWidth = 10_000;
    private const int PageWidth = 80;
    private const int MostErrors = 3;

    // A file named @FILE is a file, not a list of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>The standard error, without line breaks of its own unless it is a terminal.</summary>
    public static IAnsiConsole Errors { get; } = CreateErrors();

    /// <summary>Parses arguments.</summary>
    /// <exception cref="LabException">They are not valid.</exception>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args)
    {
        var result = root.Parse(args, Parsing);
        var values = Values(result).ToArray();
        if (Array.Find(values, value => IsOptionLike(value.Text)) is { Text: not null } unknown)
        {
            throw new LabException($"{unknown.Text}: expected an option of '{NameOf(result)}'{Hint(unknown.Text.Split('=')[0], result)}");
        }

        if (Array.Find(values, value => value.Text.Length == 0 || value.Text.Contains('\0', StringComparison.Ordinal)) is { Text: not null } empty)
        {
            throw new LabException($"{empty.Name}: expected a value, got '{empty.Text}'.");
        }

        if (result.Errors.Count > 0)
        {
            throw new LabException(result.UnmatchedTokens is [var unmatched, ..]
                ? $"{unmatched}: expected a command or option of '{NameOf(result)}'{Hint(unmatched, result)}"
                : string.Join("; ", result.Errors.Select(Explain).Distinct().Take(MostErrors)) + $"; '{NameOf(result)} --help' lists the options.");
        }

        return result;
    }

    /// <summary>Runs a command. Signals that ask for the end cancel it, however many come.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = UnboundedWidth;
        }

        try
        {
            return await InvokeAsync(Parse(root, args));
        }
        catch (HrmException error)
        {
            WriteError(error.Message);
            return error is LabException or InvalidConfigException ? NotValid : Failed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteError(error.Message);
            return Failed;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("cancelled");
            return Stopped;
        }
    }

    /// <summary>Lays out boards beside each other, as wide as the terminal or a page.</summary>
    public static Panel Beside(IAnsiConsole console, IEnumerable<Panel> boards) => new(new Columns(boards) { Expand = false })
    {
        Border = BoxBorder.None,
        Padding = new Padding(0),
        Width = Math.Min(console.Profile.Width, console.Profile.Width == UnboundedWidth ? PageWidth : int.MaxValue),
    };

    private static IAnsiConsole CreateErrors()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            console.Profile.Width = UnboundedWidth;
        }

        return console;
    }

    private static string Hint(string name, ParseResult result)
        => Words.Suggestion(name, NamesOf(result)) is { Length: > 0 } hint ? hint : $"; '{NameOf(result)} --help' lists the options.";

    /// <summary>The error, without the names of types that the parser puts into it.</summary>
    private static string Explain(ParseError error)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is { Tokens: [var token, ..] } && error.Message.Contains("as expected type", StringComparison.Ordinal)
            ? $"{option.Option.Name}: expected {Words.Describe(option.Option.ValueType)}, got '{token.Value}'"
            : error.Message.TrimEnd('.');
    }

    private static void WriteError(string message) => Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");

    private static async Task<int> InvokeAsync(ParseResult result)
    {
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (result.Action is not AsynchronousCommandLineAction)
        {
            return result.Invoke(invocation); // Nothing to save: a signal ends it at once.
        }

        // Never disposed: a signal may come at any time.
        var stop = new CancellationTokenSource();
        var signals = Array.ConvertAll([PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP], signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        }));
        var running = result.InvokeAsync(invocation, stop.Token);
        var late = Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => Task.Delay(StopTime), TaskScheduler.Default).Unwrap();
        var code = await Task.WhenAny(running, late) == running ? await running : Stopped;
        GC.KeepAlive(signals);
        return code;
    }

    /// <summary>Values of the options and arguments, and what is none of them.</summary>
    private static IEnumerable<(string Name, string Text)> Values(ParseResult result)
    {
        for (var command = result.CommandResult; command is not null; command = command.Parent as CommandResult)
        {
            foreach (var child in command.Children.Where(child => child is OptionResult or ArgumentResult))
            {
                var name = child is OptionResult option ? option.Option.Name : ((ArgumentResult)child).Argument.Name;
                foreach (var token in child.Tokens)
                {
                    yield return (name, token.Value);
                }
            }
        }

        foreach (var token in result.UnmatchedTokens)
        {
            yield return ("argument", token);
        }
    }

    /// <summary>A value that is not a number but begins like an option is a mistyped option; a file of such a name is written ./-name.</summary>
    private static bool IsOptionLike(string text)
        => text.StartsWith('-') && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> NamesOf(ParseResult result)
    {
        var own = result.CommandResult.Command;
        var inherited = new List<Option>();
        for (var parent = result.CommandResult.Parent as CommandResult; parent is not null; parent = parent.Parent as CommandResult)
        {
            inherited.AddRange(parent.Command.Options.Where(option => option.Recursive));
        }

        return own.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).Concat(own.Options.Concat(inherited).Select(option => option.Name));
    }

    private static string NameOf(ParseResult result)
    {
        var names = new List<string>();
        for (var command = result.CommandResult; command is not null; command = command.Parent as CommandResult)
        {
            names.Insert(0, command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
