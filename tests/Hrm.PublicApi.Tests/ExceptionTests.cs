using System.Reflection;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.PublicApi.Tests;

/// <summary>Rules that hold for every exception of the packages.</summary>
public sealed class ExceptionTests
{
    private static readonly Type[] Exceptions =
    [
        .. new[] { typeof(HrmException), typeof(ShapeMismatchException), typeof(HrmModel), typeof(HrmTrainer), typeof(SudokuGrid) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.IsAssignableTo(typeof(Exception))),
    ];

    /// <summary>Whatever a file or request puts into a message, it stays one line of bounded length.</summary>
    [Fact]
    public void A_message_of_any_exception_cannot_forge_lines_or_escapes()
    {
        var hostile = "bad\r\n2026-01-01 INFO all is well\u001b[2J\u202e" + new string('x', 1 << 20);
        var made = Exceptions.Where(type => !type.IsAbstract).Select(type => Create(type, hostile)).OfType<Exception>().ToArray();

        made.Should().HaveCountGreaterThan(6);
        made.Should().AllSatisfy(exception =>
        {
            exception.Message.Length.Should().BeLessThan(4_100, exception.GetType().Name);
            exception.Message.Any(char.IsControl).Should().BeFalse(exception.GetType().Name);
            exception.Message.Should().NotContain("\u202e");
        });
    }

    /// <summary>By the first constructor that takes texts and things that may be missing alone.</summary>
    private static Exception? Create(Type type, string text)
    {
        var constructor = type.GetConstructors().FirstOrDefault(it => Array.TrueForAll(it.GetParameters(), parameter => Value(parameter, text) is not null || parameter.HasDefaultValue));
        return (Exception?)constructor?.Invoke([.. constructor.GetParameters().Select(parameter => Value(parameter, text))]);
    }

    private static object? Value(ParameterInfo parameter, string text) => parameter.ParameterType switch
    {
        { } type when type == typeof(string) => text,
        { } type when type == typeof(IReadOnlyList<string>) => (string[])[text, text],
        { } type when type == typeof(Exception) => new InvalidOperationException(text),
        { } type when type == typeof(int) => 1,
        { } type when type == typeof(TimeSpan) => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
