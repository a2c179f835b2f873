//! One pictogram per category, in a box of 400 by 320. `$m`, `$d`, `$l` and `$a` are filled with the main, dark, pale and
//! accent colours of a scheme.

/// The pictogram of a category; a parcel when there is none.
pub fn of_category(slug: &str) -> &'static str {
    electronics(slug)
        .or_else(|| appliances(slug))
        .or_else(|| fashion(slug))
        .or_else(|| home(slug))
        .or_else(|| larder(slug))
        .or_else(|| leisure(slug))
        .unwrap_or(PARCEL)
}

const PARCEL: &str = "<path d='M110 120L200 80L290 120V240L200 280L110 240Z' fill='$m'/>\
    <path d='M110 120L200 160V280L110 240Z' fill='$d'/><path d='M155 100L245 140V175L225 166V149L137 108Z' fill='$l'/>";

fn electronics(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "televisions" => {
            "<rect x='70' y='80' width='260' height='160' rx='10' fill='$d'/><rect x='82' y='92' width='236' height='136' fill='$m'/>\
             <path d='M82 200L150 140L205 190L255 150L318 205V228H82Z' fill='$l'/><circle cx='270' cy='122' r='16' fill='$a'/>\
             <path d='M150 275H250M175 240V275M225 240V275' stroke='$d' stroke-width='10' fill='none'/>"
        }
        "mobile-phones" => {
            "<rect x='140' y='60' width='120' height='235' rx='20' fill='$d'/><rect x='150' y='74' width='100' height='206' rx='10' fill='$m'/>\
             <rect x='162' y='90' width='44' height='52' rx='14' fill='$d'/><circle cx='184' cy='105' r='9' fill='$l'/>\
             <circle cx='184' cy='127' r='9' fill='$l'/><path d='M165 240H235M165 255H210' stroke='$l' stroke-width='6'/>"
        }
        "laptops" => {
            "<rect x='100' y='90' width='200' height='135' rx='10' fill='$d'/><rect x='112' y='102' width='176' height='111' fill='$m'/>\
             <path d='M70 240H330L345 270H55Z' fill='$d'/><path d='M165 252H235' stroke='$l' stroke-width='6'/>\
             <path d='M130 130H210M130 150H250M130 170H190' stroke='$l' stroke-width='7'/><circle cx='262' cy='190' r='9' fill='$a'/>"
        }
        "tablets" => {
            "<rect x='110' y='65' width='180' height='230' rx='16' fill='$d'/><rect x='124' y='82' width='152' height='196' fill='$l'/>\
             <path d='M140 230C170 130 200 280 260 120' stroke='$m' stroke-width='10' fill='none'/>\
             <path d='M300 120L318 130L262 236L246 246L246 228Z' fill='$a'/>"
        }
        "headphones" => {
            "<path d='M105 210V180A95 95 0 0 1 295 180V210' stroke='$d' stroke-width='16' fill='none'/>\
             <rect x='85' y='195' width='52' height='88' rx='24' fill='$m'/><rect x='263' y='195' width='52' height='88' rx='24' fill='$m'/>\
             <rect x='125' y='205' width='16' height='68' rx='8' fill='$a'/><rect x='259' y='205' width='16' height='68' rx='8' fill='$a'/>"
        }
        "speakers" => {
            "<rect x='130' y='65' width='140' height='225' rx='18' fill='$d'/><circle cx='200' cy='215' r='52' fill='$m'/>\
             <circle cx='200' cy='215' r='24' fill='$l'/><circle cx='200' cy='115' r='28' fill='$m'/><circle cx='200' cy='115' r='11' fill='$l'/>\
             <path d='M292 130Q315 178 292 226M108 130Q85 178 108 226' stroke='$a' stroke-width='8' fill='none'/>"
        }
        "power-banks" => {
            "<rect x='125' y='75' width='150' height='215' rx='22' fill='$m'/><path d='M212 120L170 192H198L188 246L232 170H203Z' fill='$l'/>\
             <path d='M150 265H160M172 265H182M194 265H204' stroke='$d' stroke-width='8'/><path d='M200 75V50H270V110' stroke='$d' stroke-width='9' fill='none'/>\
             <rect x='258' y='108' width='24' height='34' rx='5' fill='$a'/>"
        }
        "smart-watches" => {
            "<path d='M160 50H240L250 115H150Z M150 235H250L240 300H160Z' fill='$d'/><rect x='130' y='105' width='140' height='140' rx='34' fill='$m'/>\
             <rect x='144' y='119' width='112' height='112' rx='24' fill='$l'/><path d='M152 182H176L188 152L206 206L218 176H248' stroke='$a' stroke-width='8' fill='none'/>\
             <rect x='270' y='160' width='12' height='30' rx='5' fill='$d'/>"
        }
        _ => return None,
    })
}

fn appliances(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "refrigerators" => {
            "<rect x='125' y='45' width='150' height='250' rx='14' fill='$m'/><path d='M125 130H275' stroke='$d' stroke-width='6'/>\
             <path d='M148 75V112M148 155V225' stroke='$l' stroke-width='10'/><path d='M145 295V306M255 295V306' stroke='$d' stroke-width='14'/>\
             <path d='M225 70V104M208 78L242 96M242 78L208 96' stroke='$l' stroke-width='5'/>"
        }
        "washing-machines" => {
            "<rect x='105' y='60' width='190' height='235' rx='14' fill='$m'/><rect x='105' y='60' width='190' height='48' rx='14' fill='$d'/>\
             <circle cx='200' cy='202' r='68' fill='$d'/><circle cx='200' cy='202' r='54' fill='$l'/>\
             <path d='M146 205Q173 180 200 205T254 205V215A54 54 0 0 1 146 215Z' fill='$a'/><circle cx='260' cy='84' r='11' fill='$l'/><path d='M125 84H190' stroke='$l' stroke-width='9'/>"
        }
        "air-conditioners" => {
            "<rect x='60' y='85' width='280' height='105' rx='18' fill='$m'/><path d='M85 165H315' stroke='$d' stroke-width='10'/>\
             <circle cx='308' cy='112' r='7' fill='$a'/><path d='M110 215Q95 245 112 275M170 215Q155 245 172 275M230 215Q245 245 228 275M290 215Q305 245 288 275' stroke='$a' stroke-width='9' fill='none'/>\
             <path d='M90 110H200' stroke='$l' stroke-width='7'/>"
        }
        "mixer-grinders" => {
            "<path d='M145 190H255L275 290H125Z' fill='$m'/><path d='M150 75H250L238 185H162Z' fill='$l' stroke='$d' stroke-width='6'/>\
             <rect x='145' y='58' width='110' height='20' rx='8' fill='$d'/><path d='M250 95H282V150H243' stroke='$d' stroke-width='11' fill='none'/>\
             <path d='M172 170L228 150M172 150L228 170' stroke='$a' stroke-width='8'/><circle cx='200' cy='245' r='20' fill='$d'/><path d='M200 245L210 230' stroke='$l' stroke-width='6'/>"
        }
        "water-purifiers" => {
            "<rect x='125' y='55' width='150' height='215' rx='18' fill='$m'/><rect x='145' y='145' width='110' height='105' rx='8' fill='$l'/>\
             <path d='M145 200Q172 182 200 200T255 200V242Q255 250 247 250H153Q145 250 145 242Z' fill='$a'/><path d='M200 75C185 98 180 106 180 115A20 20 0 0 0 220 115C220 106 215 98 200 75Z' fill='$l'/>\
             <path d='M200 270V285H218V296' stroke='$d' stroke-width='10' fill='none'/>"
        }
        "ceiling-fans" => {
            "<path d='M200 40V150' stroke='$d' stroke-width='12'/><path d='M200 165C150 130 80 140 62 165C95 195 150 190 200 175Z' fill='$m'/>\
             <path d='M200 165C250 130 320 140 338 165C305 195 250 190 200 175Z' fill='$m'/><path d='M192 175C178 220 185 265 205 285C228 262 225 215 210 175Z' fill='$m'/>\
             <circle cx='200' cy='170' r='28' fill='$d'/><circle cx='200' cy='170' r='11' fill='$a'/>"
        }
        "irons" => {
            "<path d='M80 255C85 180 150 140 250 140H300L325 255Z' fill='$m'/><path d='M70 255H330V278H70Z' fill='$d'/>\
             <path d='M150 150C150 105 175 90 215 90H275Q300 90 300 115V140' stroke='$d' stroke-width='20' fill='none'/><circle cx='235' cy='200' r='22' fill='$l'/>\
             <path d='M300 95Q345 85 345 50' stroke='$a' stroke-width='7' fill='none'/>"
        }
        _ => return None,
    })
}

fn fashion(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "shirts" => {
            "<path d='M150 70L200 95L250 70L320 115L290 175L262 160V290H138V160L110 175L80 115Z' fill='$m'/>\
             <path d='M150 70L200 95L176 130Z M250 70L200 95L224 130Z' fill='$l'/><path d='M200 100V290' stroke='$d' stroke-width='4'/>\
             <path d='M200 145H201M200 180H201M200 215H201M200 250H201' stroke='$l' stroke-width='10'/><path d='M218 165H248V195Q233 205 218 195Z' fill='$d'/>"
        }
        "t-shirts" => {
            "<path d='M148 72Q200 112 252 72L325 112L298 172L262 156V290H138V156L102 172L75 112Z' fill='$m'/>\
             <path d='M148 72Q200 112 252 72L240 68Q200 94 160 68Z' fill='$d'/><circle cx='200' cy='195' r='34' fill='$l'/><path d='M200 170L208 188L227 190L213 203L217 222L200 212L183 222L187 203L173 190L192 188Z' fill='$a'/>"
        }
        "jeans" => {
            "<path d='M140 60H260L280 295H220L200 150L180 295H120Z' fill='$m'/><path d='M140 60H260L262 84H138Z' fill='$d'/>\
             <path d='M200 84V150M150 90Q155 118 138 124M250 90Q245 118 262 124' stroke='$a' stroke-width='4' fill='none'/><circle cx='200' cy='72' r='6' fill='$a'/>\
             <path d='M120 283H180M220 283H280' stroke='$l' stroke-width='6'/>"
        }
        "sarees" => {
            "<path d='M165 75Q200 55 235 75L250 160L290 295H110L150 160Z' fill='$m'/><path d='M165 75L290 295H240L150 160Z' fill='$a'/>\
             <path d='M165 75L290 295' stroke='$l' stroke-width='8'/><path d='M115 280H288' stroke='$l' stroke-width='9'/>\
             <path d='M130 250L140 210M155 262L160 225M183 268L184 235' stroke='$d' stroke-width='4'/><path d='M235 75L280 120L262 175L245 165Z' fill='$d'/>"
        }
        "kurtas" => {
            "<path d='M155 65H245L310 130L285 165L258 140L270 298H130L142 140L115 165L90 130Z' fill='$m'/><path d='M180 65H220V165H180Z' fill='$l'/>\
             <path d='M200 80V158' stroke='$d' stroke-width='4'/><path d='M200 95H201M200 118H201M200 141H201' stroke='$a' stroke-width='9'/>\
             <path d='M132 280H268M140 225V296M260 225V296' stroke='$d' stroke-width='4'/>"
        }
        "shoes" => {
            "<path d='M70 235V165Q95 185 130 165L165 140Q200 190 285 200Q335 208 335 240V250H70Z' fill='$m'/><path d='M65 245H338V268Q338 275 330 275H75Q65 275 65 265Z' fill='$d'/>\
             <path d='M165 165L192 148M185 185L212 165M210 198L236 178' stroke='$l' stroke-width='7'/><path d='M70 200Q110 215 145 245' stroke='$a' stroke-width='9' fill='none'/>"
        }
        "watches" => {
            "<path d='M165 40H235L248 110H152Z M152 240H248L235 310H165Z' fill='$d'/><circle cx='200' cy='175' r='85' fill='$m'/><circle cx='200' cy='175' r='68' fill='$l'/>\
             <path d='M200 175V128M200 175L236 196' stroke='$d' stroke-width='8'/><circle cx='200' cy='175' r='7' fill='$a'/><path d='M200 114V122M200 228V236M139 175H147M253 175H261' stroke='$d' stroke-width='6'/><rect x='284' y='165' width='14' height='20' rx='4' fill='$d'/>"
        }
        "backpacks" => {
            "<path d='M165 80Q165 45 200 45T235 80' stroke='$d' stroke-width='11' fill='none'/><path d='M115 130Q115 75 170 75H230Q285 75 285 130V275Q285 295 265 295H135Q115 295 115 275Z' fill='$m'/>\
             <rect x='142' y='190' width='116' height='85' rx='12' fill='$d'/><path d='M142 215H258' stroke='$a' stroke-width='6'/><path d='M140 135Q200 160 260 135' stroke='$l' stroke-width='7' fill='none'/>\
             <path d='M105 165V255M295 165V255' stroke='$d' stroke-width='16'/>"
        }
        _ => return None,
    })
}

fn home(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "cookware" => {
            "<path d='M95 175H285V235Q285 275 245 275H135Q95 275 95 235Z' fill='$m'/><path d='M285 190H355' stroke='$d' stroke-width='18'/>\
             <path d='M85 165H295V182H85Z' fill='$d'/><path d='M150 140Q135 120 150 100T150 60M200 140Q185 120 200 100T200 60M250 140Q235 120 250 100T250 60' stroke='$a' stroke-width='8' fill='none'/>"
        }
        "pressure-cookers" => {
            "<path d='M105 150H295V255Q295 285 265 285H135Q105 285 105 255Z' fill='$m'/><path d='M95 135H305V158H95Z' fill='$d'/><path d='M120 135Q130 98 200 98T280 135Z' fill='$l'/>\
             <rect x='188' y='62' width='24' height='38' rx='6' fill='$d'/><path d='M225 70Q240 60 235 42M250 80Q268 72 266 50' stroke='$a' stroke-width='7' fill='none'/>\
             <path d='M305 150H355M95 150H60' stroke='$d' stroke-width='18'/>"
        }
        "dinner-sets" => {
            "<circle cx='200' cy='180' r='100' fill='$m'/><circle cx='200' cy='180' r='78' fill='$l'/><circle cx='200' cy='180' r='50' fill='$m'/>\
             <path d='M65 80V150Q65 165 75 165V285M55 80V140M85 80V150Q85 165 75 165' stroke='$d' stroke-width='8' fill='none'/><path d='M330 285V80Q305 110 310 180H330' fill='$d' stroke='$d' stroke-width='6'/>\
             <path d='M200 150Q215 180 200 210Q185 180 200 150Z M170 180Q200 165 230 180Q200 195 170 180Z' fill='$a'/>"
        }
        "bed-sheets" => {
            "<path d='M70 110V285M330 150V285' stroke='$d' stroke-width='14'/><path d='M70 190H330V250H70Z' fill='$m'/><path d='M70 190Q130 170 330 180V215Q200 240 70 225Z' fill='$l'/>\
             <rect x='85' y='145' width='85' height='42' rx='16' fill='$a'/><path d='M120 205V245M170 208V248M220 206V246M270 203V243' stroke='$d' stroke-width='4'/>"
        }
        "mattresses" => {
            "<path d='M60 180L130 120H345L285 180Z' fill='$l'/><path d='M60 180H285V245Q285 255 275 255H70Q60 255 60 245Z' fill='$m'/><path d='M285 180L345 120V185L285 255Z' fill='$d'/>\
             <path d='M60 217H285L345 155' stroke='$a' stroke-width='6' fill='none'/><path d='M135 150H136M185 150H186M235 150H236M285 150H286' stroke='$m' stroke-width='12'/>"
        }
        "sofas" => {
            "<path d='M95 190V125Q95 95 125 95H275Q305 95 305 125V190Z' fill='$m'/><path d='M200 100V190' stroke='$d' stroke-width='5'/><rect x='60' y='150' width='52' height='110' rx='20' fill='$d'/>\
             <rect x='288' y='150' width='52' height='110' rx='20' fill='$d'/><rect x='105' y='190' width='190' height='60' rx='12' fill='$l'/><path d='M90 262V282M310 262V282' stroke='$d' stroke-width='14'/><rect x='122' y='140' width='52' height='48' rx='8' fill='$a'/>"
        }
        "lamps" => {
            "<path d='M150 60H250L290 165H110Z' fill='$m'/><path d='M200 165V265' stroke='$d' stroke-width='12'/><path d='M135 285Q135 262 200 262T265 285Z' fill='$d'/>\
             <path d='M110 170H290L330 250H70Z' fill='$l' opacity='0.6'/><path d='M245 165V205' stroke='$a' stroke-width='5'/><circle cx='245' cy='211' r='7' fill='$a'/>"
        }
        _ => return None,
    })
}

fn larder(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "rice" => {
            "<path d='M130 85H270Q300 180 285 290H115Q100 180 130 85Z' fill='$m'/><path d='M130 85Q120 65 140 55H260Q280 65 270 85Z' fill='$d'/><circle cx='200' cy='190' r='55' fill='$l'/>\
             <path d='M180 170L188 186M205 160L210 178M222 182L214 198M180 205L192 216M205 205L202 224' stroke='$a' stroke-width='10'/>"
        }
        "atta" => {
            "<path d='M125 70L275 70L290 290H110Z' fill='$m'/><path d='M125 70L140 50H260L275 70Z' fill='$d'/><path d='M200 260V135' stroke='$l' stroke-width='7'/>\
             <path d='M200 140Q175 128 178 105Q200 115 200 140Q200 115 222 105Q225 128 200 140ZM200 180Q172 172 170 148Q198 152 200 180Q202 152 230 148Q228 172 200 180ZM200 220Q172 212 170 188Q198 192 200 220Q202 192 230 188Q228 212 200 220Z' fill='$l'/>"
        }
        "tea" => {
            "<path d='M100 150H270V215Q270 275 215 275H155Q100 275 100 215Z' fill='$m'/><path d='M270 170H295Q325 170 325 198T295 228H268' stroke='$m' stroke-width='16' fill='none'/>\
             <path d='M75 290H300' stroke='$d' stroke-width='12'/><path d='M145 130Q130 110 145 90T145 50M185 130Q170 110 185 90T185 50M225 130Q210 110 225 90T225 50' stroke='$l' stroke-width='8' fill='none'/>\
             <path d='M150 215Q185 165 225 190Q215 245 150 215Z' fill='$a'/>"
        }
        "spices" => {
            "<circle cx='200' cy='180' r='115' fill='$d'/><circle cx='200' cy='180' r='102' fill='$l'/><circle cx='200' cy='180' r='30' fill='$m'/><circle cx='200' cy='112' r='27' fill='$a'/>\
             <circle cx='200' cy='248' r='27' fill='$m'/><circle cx='141' cy='146' r='27' fill='$d'/><circle cx='259' cy='146' r='27' fill='$m'/><circle cx='141' cy='214' r='27' fill='$m'/><circle cx='259' cy='214' r='27' fill='$a'/>"
        }
        "dry-fruits" => {
            "<path d='M80 190H320Q320 285 200 285T80 190Z' fill='$m'/><ellipse cx='140' cy='165' rx='34' ry='22' fill='$d'/><ellipse cx='200' cy='145' rx='36' ry='22' fill='$a'/><ellipse cx='260' cy='165' rx='34' ry='22' fill='$d'/>\
             <path d='M120 165Q140 150 160 165M180 145Q200 130 220 145M240 165Q260 150 280 165' stroke='$l' stroke-width='4' fill='none'/><ellipse cx='200' cy='180' rx='40' ry='20' fill='$l'/><path d='M100 215H300' stroke='$l' stroke-width='6'/>"
        }
        "perfumes" => {
            "<rect x='125' y='135' width='150' height='150' rx='22' fill='$m'/><rect x='145' y='175' width='110' height='90' rx='10' fill='$l'/><rect x='175' y='100' width='50' height='35' fill='$d'/>\
             <rect x='165' y='65' width='70' height='38' rx='8' fill='$d'/><path d='M255 80H265M275 68L285 62M275 80H292M275 92L285 98' stroke='$a' stroke-width='7'/><path d='M200 195C188 213 183 220 183 229A17 17 0 0 0 217 229C217 220 212 213 200 195Z' fill='$a'/>"
        }
        "nail-polish" => {
            "<path d='M175 55H225L232 160H168Z' fill='$d'/><path d='M150 160H250Q275 190 270 235Q265 290 200 290T130 235Q125 190 150 160Z' fill='$m'/>\
             <path d='M160 185Q145 215 155 250' stroke='$l' stroke-width='10' fill='none'/><path d='M290 110Q330 120 322 165Q295 160 290 110Z' fill='$a'/>"
        }
        "face-creams" => {
            "<rect x='100' y='165' width='200' height='110' rx='26' fill='$m'/><rect x='90' y='115' width='220' height='55' rx='14' fill='$d'/><path d='M150 220H250' stroke='$l' stroke-width='10'/>\
             <path d='M165 115Q170 70 205 75Q235 80 225 100Q215 115 190 108' fill='$l'/><circle cx='200' cy='248' r='8' fill='$a'/>"
        }
        "hair-oils" => {
            "<path d='M165 110H235L260 160V275Q260 295 240 295H160Q140 295 140 275V160Z' fill='$m'/><rect x='172' y='60' width='56' height='50' rx='8' fill='$d'/><rect x='140' y='180' width='120' height='80' fill='$l'/>\
             <path d='M200 250Q160 220 200 190Q240 220 200 250Z' fill='$a'/><path d='M200 250V200' stroke='$d' stroke-width='4'/>"
        }
        "soaps" => {
            "<rect x='85' y='150' width='230' height='115' rx='45' fill='$m'/><rect x='110' y='168' width='180' height='78' rx='30' fill='$l'/><path d='M155 207H245' stroke='$m' stroke-width='10'/>\
             <circle cx='130' cy='115' r='24' fill='$a' opacity='0.7'/><circle cx='180' cy='85' r='15' fill='$a' opacity='0.7'/><circle cx='255' cy='105' r='32' fill='$l'/><circle cx='310' cy='80' r='14' fill='$a' opacity='0.7'/>"
        }
        _ => return None,
    })
}

fn leisure(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "novels" => {
            "<path d='M120 60H270Q285 60 285 75V285H135Q120 285 120 270Z' fill='$m'/><path d='M120 270Q120 255 135 255H285V285H135Q120 285 120 270Z' fill='$l'/><path d='M145 60V255' stroke='$d' stroke-width='7'/>\
             <path d='M170 105H260M170 130H235' stroke='$l' stroke-width='9'/><circle cx='215' cy='195' r='30' fill='$a'/><path d='M245 60V110L232 98L219 110V60Z' fill='$d'/>"
        }
        "childrens-books" => {
            "<path d='M200 105Q140 70 70 90V265Q140 245 200 280Q260 245 330 265V90Q260 70 200 105Z' fill='$m'/><path d='M200 105V280' stroke='$d' stroke-width='6'/><path d='M85 105Q140 90 190 118V262Q140 235 85 250Z' fill='$l'/>\
             <path d='M210 118Q260 90 315 105V250Q260 235 210 262Z' fill='$l'/><circle cx='138' cy='150' r='20' fill='$a'/><path d='M105 225L135 185L165 228Z' fill='$m'/><path d='M232 150H292M232 175H292M232 200H270' stroke='$d' stroke-width='6'/>"
        }
        "cook-books" => {
            "<rect x='115' y='60' width='170' height='230' rx='10' fill='$m'/><path d='M115 60H145V290H125Q115 290 115 280Z' fill='$d'/><path d='M175 190H255V215Q255 235 235 235H195Q175 235 175 215Z' fill='$l'/>\
             <path d='M165 185H265' stroke='$l' stroke-width='9'/><path d='M195 170Q185 155 195 142T195 115M235 170Q225 155 235 142T235 115' stroke='$a' stroke-width='7' fill='none'/>"
        }
        "building-sets" => {
            "<rect x='85' y='205' width='110' height='75' rx='6' fill='$m'/><rect x='205' y='205' width='110' height='75' rx='6' fill='$d'/><rect x='145' y='125' width='110' height='75' rx='6' fill='$a'/>\
             <path d='M105 195H130M150 195H165M225 195H250M270 195H295M165 115H190M210 115H235' stroke='$l' stroke-width='16'/><path d='M200 60L235 105H165Z' fill='$m'/>"
        }
        "board-games" => {
            "<path d='M90 90H270V270H90Z' fill='$l'/><path d='M90 90H150V150H90ZM210 90H270V150H210ZM150 150H210V210H150ZM90 210H150V270H90ZM210 210H270V270H210Z' fill='$m'/>\
             <rect x='255' y='190' width='80' height='80' rx='14' fill='$d'/><path d='M276 211H277M314 211H315M295 230H296M276 250H277M314 250H315' stroke='$l' stroke-width='13'/>\
             <circle cx='120' cy='165' r='17' fill='$a'/><path d='M100 205Q120 165 140 205Z' fill='$a'/>"
        }
        "soft-toys" => {
            "<circle cx='140' cy='95' r='30' fill='$d'/><circle cx='260' cy='95' r='30' fill='$d'/><circle cx='200' cy='130' r='72' fill='$m'/><ellipse cx='200' cy='240' rx='72' ry='58' fill='$m'/>\
             <ellipse cx='200' cy='245' rx='42' ry='38' fill='$l'/><ellipse cx='200' cy='150' rx='30' ry='22' fill='$l'/><path d='M172 118H173M227 118H228' stroke='$d' stroke-width='14'/><path d='M200 145V155M186 162Q200 174 214 162' stroke='$d' stroke-width='6' fill='none'/>\
             <circle cx='122' cy='225' r='24' fill='$d'/><circle cx='278' cy='225' r='24' fill='$d'/><path d='M180 198L200 208L180 218ZM220 198L200 208L220 218Z' fill='$a'/>"
        }
        "cricket-bats" => {
            "<g transform='rotate(38 200 180)'><path d='M175 120H225V285Q225 300 200 300T175 285Z' fill='$m'/><path d='M175 120L190 100H210L225 120Z' fill='$m'/><path d='M200 45V100' stroke='$d' stroke-width='18'/>\
             <path d='M200 135V285' stroke='$l' stroke-width='6'/></g><circle cx='285' cy='235' r='30' fill='$a'/><path d='M265 215Q288 235 303 258' stroke='$l' stroke-width='4' fill='none'/>"
        }
        "badminton-rackets" => {
            "<g transform='rotate(-32 200 180)'><ellipse cx='200' cy='115' rx='58' ry='72' fill='$l' stroke='$m' stroke-width='12'/><path d='M170 65V165M200 50V180M230 65V165M148 95H252M148 135H252' stroke='$m' stroke-width='3'/>\
             <path d='M200 187V305' stroke='$d' stroke-width='10'/><path d='M200 255V305' stroke='$a' stroke-width='18'/></g><path d='M285 215L310 275L260 275Z' fill='$l' stroke='$d' stroke-width='4'/><circle cx='285' cy='212' r='12' fill='$d'/>"
        }
        "cycles" => {
            "<circle cx='120' cy='220' r='62' fill='none' stroke='$d' stroke-width='12'/><circle cx='280' cy='220' r='62' fill='none' stroke='$d' stroke-width='12'/>\
             <path d='M120 220L165 140H245L200 220H120M200 220L160 125M280 220L240 115' stroke='$m' stroke-width='11' fill='none'/><path d='M140 120H180' stroke='$d' stroke-width='14'/><path d='M240 115L262 100H285' stroke='$d' stroke-width='9' fill='none'/>\
             <circle cx='200' cy='220' r='14' fill='$a'/>"
        }
        "yoga-mats" => {
            "<path d='M105 265L245 265L345 205L215 205Z' fill='$l'/><path d='M75 245A45 45 0 1 1 120 200H320V245Z' fill='$m' opacity='0.9'/><circle cx='98' cy='222' r='42' fill='$m'/><circle cx='98' cy='222' r='26' fill='$d'/><circle cx='98' cy='222' r='11' fill='$l'/>\
             <circle cx='235' cy='90' r='22' fill='$a'/><path d='M235 115V165M190 175Q235 150 280 175M235 130L195 150M235 130L275 150' stroke='$a' stroke-width='13' fill='none'/>"
        }
        "dumb-bells" => {
            "<path d='M140 180H260' stroke='$d' stroke-width='24'/><rect x='100' y='110' width='46' height='140' rx='12' fill='$m'/><rect x='254' y='110' width='46' height='140' rx='12' fill='$m'/>\
             <rect x='70' y='135' width='34' height='90' rx='10' fill='$d'/><rect x='296' y='135' width='34' height='90' rx='10' fill='$d'/><path d='M180 172V188M200 172V188M220 172V188' stroke='$l' stroke-width='5'/><path d='M123 130V230M277 130V230' stroke='$a' stroke-width='7'/>"
        }
        _ => return None,
    })
}
