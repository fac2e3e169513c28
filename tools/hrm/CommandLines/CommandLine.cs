using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.Core;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Runs a command line: arguments, signals, errors and exit codes.</summary>
internal static class CommandLine
{
    /// <summary>The exit code if the answer is no: the puzzle is not solved, the dataset has faults.</summary>
    public const int No = 3;

    /// <summary>The exit code if a signal stopped a command that saves or cleans up; otherwise it is 128 plus the number of the signal.</summary>
    public const int Stopped = 130;

    /// <summary>The exit codes, for the help.</summary>
    public const string ExitCodes = """
        Exit codes: 0 done; 1 a file or the work failed; 2 an argument, a device or the settings are not valid; 3 the answer is no (the puzzle is not
        solved, the dataset has faults); 130 stopped by a signal, or 128 plus its number if there is nothing to save.
        Results go to the standard output; progress, errors and warnings to the standard error.
        """;

    /// <summary>The width of output that is not a terminal: no line is wrapped.</summary>
    public const int UnboundedWidth = 10_000;

    // A value @FILE is the name of a file, not a list of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>The console of progress and logs: the standard error, so that the standard output has only results.</summary>
    public static IAnsiConsole Messages
    {
        get
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            console.Profile.Width = Console.IsErrorRedirected ? UnboundedWidth : console.Profile.Width;
            return console;
        }
    }

    /// <summary>Writes a warning to the standard error, in one line.</summary>
    public static void Warn(string message) => Console.Error.WriteLine($"warning: {message.ReplaceLineEndings(" ")}");

    /// <summary>Parses arguments.</summary>
    /// <exception cref="UsageException">The arguments are not valid.</exception>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args)
    {
        var result = root.Parse(args, Parsing);
        if (result.Tokens is [{ Type: TokenType.Directive } directive, ..] && directive.Value.StartsWith("[suggest", StringComparison.Ordinal))
        {
            return result; // A shell asks how an unfinished line can continue.
        }

        var command = string.Join(' ', result.Tokens.Where(token => token.Type == TokenType.Command).Select(token => token.Value).Prepend(root.Name));
        var help = $"'{command} --help' lists the options.";
        var name = "argument";
        foreach (var token in result.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                name = token.Value;
            }
            else if (IsOptionLike(token.Value))
            {
                throw new UsageException($"{token.Value}: expected an option of '{command}'; {help}");
            }
            else if (token.Value.Length == 0 || token.Value.Contains('\0', StringComparison.Ordinal))
            {
                throw new UsageException($"{name}: expected a value, got '{token.Value}'.");
            }
        }

        if (result.Errors.Count > 0)
        {
            throw new UsageException(result.UnmatchedTokens is [var unmatched, ..]
                ? $"{unmatched}: expected a command or option of '{command}'; {help}"
                : $"{string.Join("; ", result.Errors.Select(Explain).Distinct())}; {help}");
        }

        return result;
    }

    /// <summary>Runs a command. Signals that request the end cancel it, however many come.</summary>
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
        catch (Exception error) when (error is HrmException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {error.Message.ReplaceLineEndings(" ")}");
            return error is UsageException or InvalidConfigException ? 2 : 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("cancelled");
            return Stopped;
        }
    }

    /// <summary>Describes an error without the names of types that the parser puts into it.</summary>
    private static string Explain(ParseError error)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is { Tokens: [var token, ..] } && error.Message.Contains("as expected type", StringComparison.Ordinal)
            ? $"{option.Option.Name}: expected {Words.Describe(option.Option.ValueType)}, got '{token.Value}'"
            : error.Message.TrimEnd('.');
    }

    private static async Task<int> InvokeAsync(ParseResult result)
    {
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (result.Action is not AsynchronousCommandLineAction)
        {
            return result.Invoke(invocation); // There is nothing to save: a signal ends it at once.
        }

        // Never disposed: a signal can come at any time.
        var stop = new CancellationTokenSource();
        var signals = Array.ConvertAll([PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP], signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        }));
        var code = await result.InvokeAsync(invocation, stop.Token);
        GC.KeepAlive(signals);
        return code;
    }

    /// <summary>A value that begins like an option and is not a number or - is a mistyped option; a file of such a name is written ./-name.</summary>
    private static bool IsOptionLike(string text)
        => text.StartsWith('-') && text != "-" && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
