"""Words that guessers try first. `passwords.py` also folds case, digits at the ends and look-alike signs."""

_WORDS = """
    password passwort passwd passphrase motdepasse contrasena contraseña clave parol пароль kennwort wachtwoord
    senha salasana heslo haslo jelszo sifre katasandi passw0rd passme mypassword newpassword oldpassword
    letmein letmeinnow openup opensesame sesame welcome welcometo welcomeback changeme changeit changethis
    secret topsecret mysecret secure security access accessdenied admin administrator adminadmin root rootroot
    toor guest guestguest user username login logmein signin default system server test testing tester testtest
    temp temporary example sample demo trial hello hellohello helloworld goodbye bonjour hola salut privet
    привет qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx
    qazwsxedc wsxedc onetwothree abcdefg abcdefgh abcabc aabbcc iloveyou iloveu iloveme loveyou loveme lovely
    loveislife lover love mylove truelove jetaime teamo tequiero sweetheart honey baby babygirl babyboy angel
    angels princess prince queen king kingking master masterkey boss chief captain soldier warrior ninja samurai
    dragon dragons monkey monkeys tiger tigers lion eagle eagles falcon panther shark dolphin dolphins wolf
    butterfly puppy kitty kitten hunter ranger rangers chicken pepper ginger cookie cookies chocolate banana
    orange cheese coffee peanut pumpkin flower flowers sunflower rainbow sunshine sunset summer winter spring
    autumn january february march april june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday football futbol soccer baseball basketball hockey golf tennis
    liverpool arsenal chelsea barcelona realmadrid juventus steelers cowboys yankees lakers ferrari mercedes
    porsche corvette mustang harley yamaha toyota superman batman spiderman ironman starwars skywalker matrix
    pokemon pikachu minecraft fortnite naruto gandalf hobbit harrypotter merlin phoenix diamond silver golden
    platinum crystal purple yellow black white internet computer laptop google facebook instagram twitter
    youtube microsoft windows apple samsung android iphone nokia trustno trustnoone whatever nothing anything
    something forever freedom peace victory champion winner lucky blessed jesus jesuschrist allah mohammed
    muhammad michael michelle jennifer jessica ashley amanda nicole daniel daniela andrew andrea anthony charlie
    jordan thomas robert matthew joshua george maria mariana fatima ahmed hassan ivan natasha olga killer hacker
    hackme biteme fuckyou fuckme asshole bitch cheater money moneymoney dollars million rockstar rocknroll
    metallica slipknot nirvana music guitar piano family mother father brother sister friends bestfriend
    letmepass passpass mypass yourpassword thisisapassword consult consultation forum frontier nihao woaini
"""

COMMON = frozenset(_WORDS.split())
